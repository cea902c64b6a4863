// make_session_corpus DIR: writes sessions of honest workers, from which a fuzzer starts.
#include <fstream>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/json.h"
#include "common/table.h"
#include "coordinator/convert/wire.h"
#include "mote/v1/worker_service.pb.h"
#include "tests/fuzz/fuzzed_coordinator.h"

namespace mote::fuzz {
namespace {

class ForgetfulSink : public BlobSink {
 public:
  Digest Store(std::string bytes) override { return Sha256(bytes); }
};

// Feeds a coordinator and remembers what it was fed.
class Recording {
 public:
  void Feed(uint8_t control, const v1::SessionRequest& request) {
    const std::string bytes = request.SerializeAsString();
    coordinator.Feed(control, bytes);
    frames += Frame(control, bytes);
  }

  FuzzedCoordinator coordinator;
  std::string frames;
};

v1::SessionRequest Hello(int worker, int slots) {
  v1::SessionRequest request;
  request.mutable_hello()->set_worker(absl::StrCat("w", worker));
  request.mutable_hello()->set_allow_test_operations(true);
  for (int i = 0; i < slots; ++i) request.mutable_hello()->add_slots()->set_numeric_class("cpu");
  return request;
}

// A row with the task's number for every task; a fault where the reducer wants no rows.
v1::SessionRequest Report(const coordinator::SendLease& lease, bool fails) {
  v1::SessionRequest request;
  v1::Report& report = *request.mutable_report();
  *report.mutable_token() = coordinator::ToProto(lease.token);
  const PassSpec& pass = *lease.pass;
  const auto reducer = MakeRowReducer(pass.reducer, *ParseJson(pass.reducer_parameters));
  if (fails || !reducer.ok()) {
    *report.mutable_fault() = coordinator::ToProto(Failure{FaultKind::kEngineCrash, -1, "it broke", "stderr", ""});
    return request;
  }
  ForgetfulSink sink;
  BlockFold fold(lease.token.block, pass.task_count);
  for (int64_t task = lease.token.block.begin(); task < lease.token.block.end(pass.task_count); ++task) {
    TableBuilder builder(Schema{{{"result", DType::kI64, 1}}});
    builder.AddI64(task);
    std::string partial;
    MOTE_CHECK((*reducer)->Leaf(builder.Take(), &partial, sink).ok(), "a row is a leaf");
    MOTE_CHECK(fold.Push(std::move(partial), **reducer, sink).ok(), "leaves fold");
  }
  const absl::StatusOr<std::vector<Node>> nodes = fold.Take(**reducer, sink);
  MOTE_CHECK(nodes.ok(), "leaves fold");
  for (const Node& node : *nodes) *report.add_nodes() = coordinator::ToProto(node);
  Cost cost;
  cost.tasks = lease.token.block.size(pass.task_count);
  cost.phase_ns[static_cast<int>(Phase::kCompute)] = cost.tasks * 1'000'000;
  for (int64_t i = 0; i < cost.tasks; ++i) cost.task_ns.Add(1'000'000);
  *report.mutable_cost() = coordinator::ToProto(cost);
  return request;
}

// Two workers that work until nothing is left; every `fail_every`-th block fails, and
// `control` stands on every seventh message. `together`: what a worker has to say travels
// in one message.
std::string Session(int slots, int fail_every, uint8_t control, bool together = false) {
  Recording recording;
  for (int worker = 0; worker < 2; ++worker) recording.Feed(static_cast<uint8_t>(worker), Hello(worker, slots));
  std::map<PassId, std::shared_ptr<const PassSpec>> passes;
  int messages = 0;
  for (int idle = 0; idle < 3 && messages < 300; ++idle) {
    for (int worker = 0; worker < 2; ++worker) {
      v1::SessionRequest turn;
      uint8_t turn_control = static_cast<uint8_t>(worker);
      for (coordinator::SendLease lease : recording.coordinator.TakeLeases(worker)) {
        if (lease.pass != nullptr) passes[lease.token.pass] = lease.pass;
        lease.pass = passes.at(lease.token.pass);
        idle = 0;
        const bool fails = fail_every > 0 && ++messages % fail_every == 0;
        const auto now = static_cast<uint8_t>(worker | (messages % 7 == 3 ? control : 0));
        if (!together) {
          recording.Feed(now, Report(lease, fails));
        } else if (turn.has_report()) {
          *turn.add_more() = Report(lease, fails);
        } else {
          turn = Report(lease, fails);
          turn_control = now;
        }
      }
      if (turn.has_report()) recording.Feed(turn_control, turn);
      v1::SessionRequest heartbeat;
      heartbeat.mutable_heartbeat()->set_sequence(static_cast<uint64_t>(messages));
      recording.Feed(static_cast<uint8_t>(worker | kAdvanceClock), heartbeat);
    }
  }
  v1::SessionRequest goodbye;
  goodbye.mutable_goodbye();
  recording.Feed(0, goodbye);
  return recording.frames;
}

}  // namespace
}  // namespace mote::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_session_corpus DIR\n";
    return 2;
  }
  const auto write = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(absl::StrCat(argv[1], "/", name), std::ios::binary) << bytes;
  };
  write("honest", mote::fuzz::Session(1, 0, 0));
  write("two_slots", mote::fuzz::Session(2, 0, 0));
  write("together", mote::fuzz::Session(3, 4, mote::fuzz::kCloseStream, /*together=*/true));
  write("failing", mote::fuzz::Session(1, 3, 0));
  write("broken_streams", mote::fuzz::Session(1, 5, mote::fuzz::kCloseStream));
  write("restarts", mote::fuzz::Session(1, 0, mote::fuzz::kRestart));
  write("retries", mote::fuzz::Session(1, 4, mote::fuzz::kRetryJobs));
}
