#include "tests/simulation/process.hpp"

namespace chat::test {

void Process::start(std::function<std::shared_ptr<void>()> make) {
    ++life_;
    context_ = std::make_unique<Context>();
    work_.emplace(context_->get_executor());
    next_due_ = World::Moment::max();
    paused_ = false;
    ready_ = true;
    fuse_.reset();
    program_ = make();
    world_.tell(name_ + " starts");
}

void Process::kill() {
    if (!context_) return;
    world_.tell(name_ + " is killed");
    ++life_;
    fuse_.reset();
    inbox_.clear();
    // First the coroutines, with what they hold; then what they used. Ending one may ring others: twice.
    context_->shutdown();
    context_->shutdown();
    program_.reset();
    work_.reset();
    context_->shutdown();
    context_.reset();
    calls_.clear();
}

void Process::pause() {
    paused_ = true;
    world_.tell(name_ + " is paused");
}

void Process::resume() {
    if (!paused_) return;
    paused_ = false;
    if (!alive()) return;
    world_.tell(name_ + " goes on");
    ready_ = true;
    for (const auto& what : std::exchange(inbox_, {})) what();
}

void Process::deliver(std::uint64_t life, std::function<void()> what) {
    if (life != life_ || !alive()) return;
    if (paused_) {
        inbox_.push_back(std::move(what));
        return;
    }
    ready_ = true;
    what();
}

void Process::step() {
    SimulatedTime::next_due = &next_due_;
    next_due_ = World::Moment::max();
    ready_ = context_->poll_one() > 0;
    SimulatedTime::next_due = nullptr;
    if (fuse_ && (*fuse_)-- <= 0) kill();
}

void Process::time_passed() {
    if (fuse_) kill();
    if (alive() && !paused_ && next_due_ <= world_.now()) ready_ = true;
}

}  // namespace chat::test
