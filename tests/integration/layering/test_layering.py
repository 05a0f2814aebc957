"""How folders may depend on each other, read from their includes; the link lines of CMake say the same to the compiler."""
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CODE = ("events", "commands", "projections", "api", "infra")

# What each folder may include of ours besides itself. infra's folders are told apart below.
ALLOWED = {
    "events": set(),
    "commands": {"events"},
    "projections": {"events"},
    "api": {"events", "commands", "projections"},
    "infra": {"events", "commands", "projections"},
}
# Programs wire everything together.
MAIN = re.compile(r"(api/main|projections/\w+_main)\.cpp|projections/replay_commands/\w+\.[ch]pp")
# infra/metrics counts what the API's observer tells.
EXCEPTIONS = {("infra/metrics/http_observer.hpp", "api/observer.hpp")}

# Where a library's headers may be seen.
LIBRARIES = [
    (r"rapidjson/", r"events/json/"),
    (r"pqxx/|libpq-fe\.h", r"infra/postgres/"),
    (r"librdkafka/", r"infra/kafka/"),
    (r"boost/beast", r"api/"),
    (r"prometheus/", r"infra/metrics/"),
    (r"spdlog/|fmt/", r"infra/log/"),
    (r"boost/program_options", r"infra/config/"),
    (r"date/", r"events/"),
    (r"openssl/", r"(api|infra/crypto)/"),
    (r"zstd\.h", r"infra/archive/"),
    (r"boost/asio", r"(commands|projections|api|infra)/"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def violations(files):
    """`files`: path from the root -> text. Each thing that is wrong, as a line for people."""
    found = []
    for path, text in files.items():
        folder = path.split("/")[0]
        for quote, target in INCLUDE.findall(text):
            if "../" in target or target.startswith("./"):
                found.append(f"{path} includes {target}: paths start at a folder of ours")
                continue
            top = target.split("/")[0]
            if top in CODE or top == "tests":
                if quote == "<":
                    found.append(f"{path} includes <{target}>: ours stand in quotes")
                if top == folder or top in ALLOWED[folder] or (path, target) in EXCEPTIONS:
                    continue
                if top == "infra" and MAIN.fullmatch(path):
                    continue
                found.append(f"{path} includes {target}: {folder} must not know {top}")
                continue
            if quote == '"':
                found.append(f'{path} includes "{target}": not a path from the root')
            for library, home in LIBRARIES:
                if re.match(library, target) and not re.match(home, path):
                    found.append(f"{path} includes {target}: only {home} may")
    return found


def sources():
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
            for folder in CODE for pattern in ("*.hpp", "*.cpp", "*.h") for path in (ROOT / folder).rglob(pattern)}


def test_no_folder_knows_what_it_must_not():
    files = sources()
    assert len(files) > 50, "the sources are not where this test looks for them"
    assert violations(files) == []


@pytest.mark.parametrize("path,line", [
    ("events/event.cpp", '#include "commands/service.hpp"'),
    ("commands/service.hpp", '#include "projections/batch.hpp"'),
    ("commands/service.hpp", '#include "infra/log/logger.hpp"'),
    ("projections/fold.cpp", '#include "commands/service.hpp"'),
    ("api/routes.cpp", '#include "infra/config/settings.hpp"'),
    ("infra/postgres/x.cpp", '#include "api/routes.hpp"'),
    ("infra/metrics/metrics.hpp", '#include "api/observer.hpp"'),
    ("infra/log/logger.cpp", '#include "tests/support/coroutine.hpp"'),
    ("events/json/json_reader.cpp", '#include "../text.hpp"'),
    ("events/event.cpp", '#include "text.hpp"'),
    ("events/event.cpp", "#include <events/text.hpp>"),
    ("events/event.cpp", "  #  include <rapidjson/reader.h>"),
    ("projections/projector.cpp", "#include <pqxx/pqxx>"),
    ("infra/wiring/event_log.cpp", "#include <librdkafka/rdkafka.h>"),
    ("infra/metrics/metrics_listener.cpp", "#include <boost/beast/http.hpp>"),
    ("api/http_server.cpp", "#include <prometheus/registry.h>"),
    ("commands/service.cpp", "#include <spdlog/spdlog.h>"),
    ("events/time.hpp", "#include <boost/asio/awaitable.hpp>"),
])
def test_a_planted_violation_is_found(path, line):
    assert len(violations({path: f"#pragma once\n\n{line}\n"})) == 1


@pytest.mark.parametrize("path,line", [
    ("api/main.cpp", '#include "infra/wiring/event_log.hpp"'),
    ("projections/projector_main.cpp", '#include "infra/log/logger.hpp"'),
    ("infra/metrics/http_observer.hpp", '#include "api/observer.hpp"'),
    ("events/json/json_reader.cpp", "#include <rapidjson/reader.h>"),
    ("infra/kafka/kafka_event_log.cpp", "#include <librdkafka/rdkafka.h>"),
    ("commands/service.hpp", "#include <boost/asio/awaitable.hpp>"),
    ("events/event.cpp", '// see "commands/service.hpp"'),
])
def test_what_is_allowed_is_not_found(path, line):
    assert violations({path: line}) == []
