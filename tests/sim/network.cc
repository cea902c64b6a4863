#include "tests/sim/network.h"

#include <algorithm>
#include <utility>

#include "tests/sim/sim_worker.h"

namespace mote::sim {

uint64_t Network::Open(SimWorker& worker, const worker::Connect& connect) {
  if (!loop_.up()) return 0;
  const uint64_t id = ++last_stream_;
  streams_[id].worker = &worker;
  mc::WorkerHello hello;
  hello.session = SessionId{id};
  hello.worker = worker.name();
  hello.slots.assign(options_.slots, {"cpu", 0, "sim"});
  hello.held = connect.held;
  hello.holding = connect.holding;
  hello.blob_address = worker.name();
  ToCoordinator(id, std::move(hello));
  if (options_.faults.late_reports) RepeatReports(id, worker);
  return id;
}

void Network::Report(const SimWorker& worker, mc::WorkerReport report) {
  constexpr size_t kReportsMax = 4;
  if (options_.faults.late_reports) {
    std::deque<mc::WorkerReport>& reports = late_[&worker];
    reports.push_back(report);
    if (reports.size() > kReportsMax) reports.pop_front();
  }
  const uint64_t stream = report.session.value;
  ToCoordinator(stream, std::move(report));
}

// What was under way when the last stream broke may come out of some queue after all;
// half of it before anything else that the worker has to say.
void Network::RepeatReports(uint64_t stream, SimWorker& worker) {
  for (mc::WorkerReport& report : std::exchange(late_[&worker], {})) {
    report.session = SessionId{stream};
    queue_.After(random_.Chance(0.5) ? absl::ZeroDuration() : random_.Between(absl::ZeroDuration(), absl::Seconds(1)),
                 [this, stream, report = std::move(report)] { ToCoordinator(stream, report); });
  }
}

void Network::ToCoordinator(uint64_t id, mc::Command command) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  absl::Time& last = found->second.to_coordinator_last;
  last = std::max(last, queue_.now() + Delay());
  queue_.At(last, [this, id, command = std::move(command)] {
    if (streams_.contains(id)) loop_.Post(command);
  });
}

void Network::ToWorker(SessionId session, Message message) {
  const uint64_t id = session.value;
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  absl::Time& last = found->second.to_worker_last;
  last = std::max(last, queue_.now() + Delay());
  queue_.At(last, [this, id, message = std::move(message)] {
    const auto still = streams_.find(id);
    if (still != streams_.end()) still->second.worker->Deliver(id, message);
  });
}

void Network::Break(uint64_t id, bool tell_worker, bool tell_coordinator) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  SimWorker* worker = found->second.worker;
  streams_.erase(found);
  if (tell_worker) queue_.After(Delay(), [worker, id] { worker->StreamEnded(id); });
  if (tell_coordinator) {
    queue_.After(Delay(), [this, id, incarnation = loop_.incarnation()] {
      if (incarnation == loop_.incarnation()) loop_.Post(mc::SessionClosed{SessionId{id}});
    });
  }
}

void Network::BreakAll() {
  while (!streams_.empty()) Break(streams_.begin()->first, /*tell_worker=*/true, /*tell_coordinator=*/false);
}

absl::Duration Network::Delay() {
  if (options_.faults.slow_network && random_.Chance(0.05)) {
    return random_.Between(absl::Milliseconds(1), absl::Seconds(2));
  }
  return random_.Between(absl::Microseconds(20), absl::Milliseconds(1));
}

}  // namespace mote::sim
