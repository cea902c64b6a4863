#include "tests/fuzz/fuzzed_coordinator.h"

#include <utility>

#include "common/check.h"
#include "common/version.h"
#include "coordinator/journal/convert.h"
#include "coordinator/plan/registry.h"
#include "mote/v1/worker_service.pb.h"
#include "tests/sim/fingerprint.h"

namespace mote::fuzz {
namespace {

namespace mc = ::mote::coordinator;

// Enough for a long session; beyond, inputs only take longer.
constexpr int kFramesMax = 400;

mc::StageSpec Stage(const std::string& operation, int64_t tasks) {
  mc::StageSpec stage;
  stage.name = operation;
  stage.operation = operation;
  stage.tasks.count = tasks;
  return stage;
}

mc::JobSpec JobOf(std::vector<mc::StageSpec> stages) {
  mc::JobSpec spec;
  spec.name = "fuzzed";
  spec.stages = std::move(stages);
  for (const mc::StageSpec& stage : spec.stages) spec.outputs.push_back({stage.name, stage.name, "", ""});
  return spec;
}

// Rows, sums and a file whose index a worker makes up: reducers and planners see what
// the stream claims.
std::vector<mc::JobSpec> Jobs() {
  mc::StageSpec echo = Stage("echo", 37);
  echo.on_bad_task = mc::TaskPolicy::kQuarantine;
  mc::StageSpec sum = Stage("random_sum", 16);
  sum.parameters = R"({"values": 3})";
  sum.reduce.name = "sum";
  sum.verify.replicas = 2;
  mc::JobSpec table = JobOf({Stage("prepare", 0)});
  table.stages[0].input = "rows";
  table.stages[0].parameters = R"({"label": "y"})";
  table.outputs = {{"quality", "prepare.quality", "", ""}};
  table.inputs.push_back({"rows", "csv", ArtifactRef{Sha256("x,y\n1,a\n"), 8, false}.ToString(), "rows.csv", ""});
  return {JobOf({echo, sum}), table};
}

}  // namespace

std::string Frame(uint8_t control, std::string_view message) {
  std::string frame(1, static_cast<char>(control));
  frame += static_cast<char>(message.size() & 0xFF);
  frame += static_cast<char>(message.size() >> 8);
  frame += message;
  return frame;
}

FuzzedCoordinator::FuzzedCoordinator() {
  core_ = MakeCore();
  mc::Decision decision;
  core_->StartEpoch(now_, &decision);
  Take(std::move(decision));
  for (Stream& stream : streams_) Open(stream);
  for (const mc::JobSpec& job : Jobs()) Step(mc::SubmitJob{{}, job, "", "fuzzer"});
}

std::unique_ptr<mc::Core> FuzzedCoordinator::MakeCore() const {
  mc::CoreOptions options;
  options.policy = &policy_;
  return std::make_unique<mc::Core>(options, mc::BuiltinPlanners());
}

void FuzzedCoordinator::FeedFrames(std::string_view frames) {
  for (int i = 0; i < kFramesMax && frames.size() >= 3; ++i) {
    const uint8_t control = static_cast<uint8_t>(frames[0]);
    const size_t length = static_cast<uint8_t>(frames[1]) + (size_t{static_cast<uint8_t>(frames[2])} << 8);
    frames.remove_prefix(3);
    Feed(control, frames.substr(0, length));
    frames.remove_prefix(std::min(length, frames.size()));
  }
}

void FuzzedCoordinator::Feed(uint8_t control, std::string_view message) {
  if (control & kRestart) Restart();
  if (control & kAdvanceClock) {
    now_ += absl::Seconds(1);
    Step(mc::Tick{});
  }
  if (control & kRetryJobs) RetryJobs();
  Stream& stream = streams_[control & kStreamMask];
  Receive(stream, message);
  if (control & kCloseStream) Close(stream);
}

void FuzzedCoordinator::Receive(Stream& stream, std::string_view message) {
  v1::SessionRequest request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) return Close(stream);
  // Whatever version it claims: inputs outlive versions.
  if (request.has_hello()) request.mutable_hello()->set_version(std::string(kVersion));
  const absl::StatusOr<std::vector<mc::Command>> commands = stream.reader.Read(request);
  if (!commands.ok()) return Close(stream);
  // One of them may end the stream: those after it come to a session that is gone.
  for (const mc::Command& command : *commands) Step(command);
}

void FuzzedCoordinator::Step(const mc::Command& command) {
  mc::Decision decision;
  core_->Step(now_, command, &decision);
  Take(std::move(decision));
}

void FuzzedCoordinator::Take(mc::Decision decision) {
  for (const mc::Event& event : decision.events) {
    std::string record = mc::EncodeEvent(event);
    const absl::StatusOr<mc::Event> decoded = mc::DecodeEvent(record);
    MOTE_CHECK(decoded.ok(), "what is journalled can be read");
    MOTE_CHECK(mc::EncodeEvent(*decoded) == record, "what is journalled is read as it was");
    journal_.push_back(std::move(record));
  }
  CheckInvariants();
  std::vector<SessionId> closed;
  for (mc::Effect& effect : decision.effects) {
    if (const auto* close = std::get_if<mc::CloseSession>(&effect)) closed.push_back(close->session);
    auto* lease = std::get_if<mc::SendLease>(&effect);
    if (lease == nullptr) continue;
    for (Stream& stream : streams_) {
      if (stream.session == lease->session) stream.leases.push_back(*lease);
    }
  }
  for (const SessionId session : closed) {
    for (Stream& stream : streams_) {
      if (stream.session == session) Close(stream);
    }
  }
}

void FuzzedCoordinator::Open(Stream& stream) { stream = Stream(SessionId{next_session_++}); }

void FuzzedCoordinator::Close(Stream& stream) {
  const SessionId session = stream.session;
  Open(stream);
  Step(mc::SessionClosed{session});
}

void FuzzedCoordinator::Restart() {
  CheckReplay();
  core_ = MakeCore();
  for (const std::string& record : journal_) {
    MOTE_CHECK(core_->Replay(*mc::DecodeEvent(record)).ok(), "the journal replays");
  }
  for (Stream& stream : streams_) Open(stream);
  mc::Decision decision;
  core_->StartEpoch(now_, &decision);
  Take(std::move(decision));
}

void FuzzedCoordinator::RetryJobs() {
  std::vector<JobId> ids;
  for (const auto& [id, job] : core_->state().jobs) ids.push_back(id);
  for (const JobId id : ids) Step(mc::RetryJob{{}, id, "fuzzer"});
}

void FuzzedCoordinator::CheckReplay() const {
  const std::unique_ptr<mc::Core> replayed = MakeCore();
  for (const std::string& record : journal_) {
    MOTE_CHECK(replayed->Replay(*mc::DecodeEvent(record)).ok(), "the journal replays");
  }
  MOTE_CHECK(sim::Fingerprint(replayed->state()) == sim::Fingerprint(core_->state()), "replay equals live");
}

void FuzzedCoordinator::CheckInvariants() const {
  for (const auto& [id, job] : core_->state().jobs) {
    for (const auto& [pass_id, pass] : job->passes) {
      int64_t leased = 0, end = 0;
      for (const auto& [begin, lease] : pass.blocks.leases()) {
        MOTE_CHECK(begin >= end, "leased blocks do not overlap");
        end = lease.block.end(pass.spec->task_count);
        leased += end - begin;
        MOTE_CHECK(lease.attempts.size() <= 2 && (lease.held || !lease.attempts.empty()),
                   "one or two attempts of a block are live, or it waits to be verified");
      }
      MOTE_CHECK(leased == pass.blocks.leased() && pass.blocks.pending() >= 0, "every task is somewhere");
    }
  }
}

std::vector<mc::SendLease> FuzzedCoordinator::TakeLeases(int stream) {
  return std::exchange(streams_[static_cast<size_t>(stream)].leases, {});
}

bool FuzzedCoordinator::AllJobsEnded() const {
  for (const auto& [id, job] : core_->state().jobs) {
    if (!IsTerminal(job->state)) return false;
  }
  return true;
}

}  // namespace mote::fuzz
