import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
pytest.register_assert_rewrite("harness")

from harness.deployment import Deployment  # noqa: E402
from harness.processes import BIN  # noqa: E402


def pytest_configure():
    if "CHAT_TEST_POSTGRES" not in os.environ or "CHAT_TEST_KAFKA" not in os.environ:
        raise pytest.UsageError("these tests need the services that ./test e2e starts")
    if not (BIN / "chat-api").exists():
        raise pytest.UsageError(f"chat-api is not built in {BIN}; ./test e2e builds it")


@pytest.fixture(scope="session", params=["postgres", "kafka"])
def service(request, tmp_path_factory):
    """Two API nodes and two projectors, shared by all tests that hurt nobody: each test is a user of its own."""
    deployment = Deployment(tmp_path_factory.mktemp(f"service-{request.param}"), request.param, projectors=2)
    try:
        deployment.start()
        yield deployment
        crashed = [node.name for node in deployment.nodes if not node.running]
        assert not crashed, f"ended by themselves: {crashed}; logs are in {deployment.folder}"
        codes = deployment.stop()
        assert set(codes.values()) == {0}, f"exit codes after SIGTERM: {codes}; logs are in {deployment.folder}"
    finally:
        for node in deployment.nodes:
            if node.process:
                node.kill()


@pytest.fixture
def user(service):
    """A user nobody else is, at the first node."""
    return service.client(0)


@pytest.fixture(params=["postgres", "kafka"])
def log_kind(request):
    return request.param


@pytest.fixture
def deploy(tmp_path_factory):
    """Makes deployments that a test may break; ends them after it."""
    made = []

    def make(log, **arguments):
        deployment = Deployment(tmp_path_factory.mktemp(f"own-{log}"), log, **arguments)
        made.append(deployment)
        return deployment.start()

    yield make
    for deployment in made:
        for node in deployment.nodes:
            if node.process:
                node.kill()
        if deployment.own_postgres:
            deployment.own_postgres.process.stop(60)
