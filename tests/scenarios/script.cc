#include "tests/scenarios/script.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/table.h"
#include "coordinator/plan/registry.h"
#include "tests/testing/map_sink.h"

namespace mote::scenarios {

// "done w1 8 tasks=2": the verb, plain words, and names with values.
struct Script::Words {
  std::string verb;
  std::vector<std::string> plain;
  std::map<std::string, std::string> named;

  static Words Parse(const std::string& line) {
    Words words;
    const std::vector<std::string> parts = absl::StrSplit(line, ' ', absl::SkipEmpty());
    for (const std::string& part : parts) {
      const size_t equals = part.find('=');
      if (words.verb.empty()) {
        words.verb = part;
      } else if (equals == std::string::npos) {
        words.plain.push_back(part);
      } else {
        words.named[part.substr(0, equals)] = part.substr(equals + 1);
      }
    }
    return words;
  }
  std::string word(size_t i) const { return i < plain.size() ? plain[i] : ""; }
  bool has(const std::string& flag) const { return std::find(plain.begin(), plain.end(), flag) != plain.end(); }
  std::string text(const std::string& name, const std::string& usual) const {
    const auto found = named.find(name);
    return found == named.end() ? usual : found->second;
  }
  int64_t number(const std::string& name, int64_t usual) const {
    int64_t value = usual;
    const auto found = named.find(name);
    return found != named.end() && absl::SimpleAtoi(found->second, &value) ? value : usual;
  }
};

namespace {

absl::StatusOr<int64_t> Number(const std::string& text, const char* what) {
  int64_t number;
  if (absl::SimpleAtoi(text, &number)) return number;
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no ", what));
}

absl::StatusOr<FaultKind> KindOf(const std::string& text) {
  if (text == "crash") return FaultKind::kEngineCrash;
  if (text == "error") return FaultKind::kApplication;
  if (text == "memory") return FaultKind::kOutOfMemory;
  if (text == "timeout") return FaultKind::kTimeout;
  if (text == "lost-input") return FaultKind::kUnavailable;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is no fault; there are crash, error, memory, timeout and lost-input"));
}

}  // namespace

Script::Script() {
  Start();
  output_.clear();
}

void Script::Start() {
  mc::CoreOptions options;
  options.policy = &policy_;
  options.cost_slack = absl::InfiniteDuration();  // scripts do not wait for tasks
  core_ = std::make_unique<mc::Core>(options, mc::BuiltinPlanners());
  for (const mc::Event& event : journal_) {
    if (const absl::Status status = core_->Replay(event); !status.ok()) {
      absl::StrAppend(&output_, "replay failed: ", status.ToString(), "\n");
    }
  }
  mc::Decision decision;
  core_->StartEpoch(now_, &decision);
  Tell(std::move(decision));
}

absl::StatusOr<std::string> Script::Run(const std::string& line) {
  const absl::Status status = Do(Words::Parse(line));
  std::string happened = std::exchange(output_, "");
  if (!status.ok()) return status;
  return happened;
}

absl::Status Script::Do(const Words& words) {
  if (words.verb == "submit") return Submit(words);
  if (words.verb == "connect") return Connect(words);
  if (words.verb == "done") return Report(words, /*fault=*/false);
  if (words.verb == "fault") return Report(words, /*fault=*/true);
  if (words.verb == "again") return Again(words);
  if (words.verb == "advance") return Advance(words);
  if (words.verb == "cancel" || words.verb == "job") return AboutJob(words);
  if (words.verb == "crash") {
    Start();
    return absl::OkStatus();
  }
  return AboutWorker(words);
}

absl::Status Script::Submit(const Words& words) {
  mc::JobSpec spec;
  spec.name = words.word(0);
  mc::StageSpec stage;
  stage.name = "work";
  stage.operation = "random_sum";
  stage.parameters = R"({"values": 1})";
  stage.tasks.count = words.number("tasks", 1);
  stage.reduce = {words.text("reduce", "sum"), "{}"};
  stage.attempts_max = static_cast<int>(words.number("attempts", 3));
  if (words.has("quarantine")) stage.on_bad_task = mc::TaskPolicy::kQuarantine;
  spec.stages = {stage};
  spec.outputs = {{"result", "work.result", "", ""}};
  Send(mc::SubmitJob{CallId{next_id_++}, spec, words.text("request", ""), "reader"});
  return absl::OkStatus();
}

absl::Status Script::Connect(const Words& words) {
  const std::string name = words.word(0);
  WorkerSide& worker = workers_[name];
  worker.session = SessionId{next_id_++};
  worker.slots = static_cast<int>(words.number("slots", worker.slots));
  sessions_[worker.session.value] = name;
  mc::WorkerHello hello;
  hello.session = worker.session;
  hello.worker = name;
  hello.slots.assign(worker.slots, {"cpu", 0, "cpu"});
  if (words.has("holding")) {
    for (const mc::SendLease& lease : worker.leases) hello.held.push_back(lease.token);
  }
  Send(hello);
  return absl::OkStatus();
}

absl::Status Script::Report(const Words& words, bool fault) {
  MOTE_ASSIGN_OR_RETURN(WorkerSide * worker, Find(words.word(0)));
  if (words.word(1).empty()) {
    const size_t held = worker->leases.size();
    for (size_t i = 0; i < held && !worker->leases.empty(); ++i) {
      MOTE_RETURN_IF_ERROR(ReportOne(words.word(0), 0, words, fault));
    }
    return absl::OkStatus();
  }
  MOTE_ASSIGN_OR_RETURN(const int64_t first, Number(words.word(1), "task"));
  for (size_t i = 0; i < worker->leases.size(); ++i) {
    if (worker->leases[i].token.block.begin() == first) return ReportOne(words.word(0), i, words, fault);
  }
  return absl::InvalidArgumentError(absl::StrCat(words.word(0), " has no lease that begins at task ", first));
}

absl::Status Script::ReportOne(const std::string& name, size_t index, const Words& words, bool fault) {
  WorkerSide& worker = workers_.at(name);
  const mc::SendLease lease = worker.leases[index];
  worker.leases.erase(worker.leases.begin() + static_cast<std::ptrdiff_t>(index));
  const PassSpec& spec = *passes_.at(lease.token.pass);
  const int64_t size = lease.token.block.size(spec.task_count);
  const int64_t tasks = words.number("tasks", fault ? 0 : size);
  mc::WorkerReport report;
  report.session = worker.session;
  report.token = lease.token;
  report.token.epoch.value =
      static_cast<uint64_t>(words.number("epoch", static_cast<int64_t>(lease.token.epoch.value)));
  report.nodes = Fold(spec, lease.token.block, tasks);
  report.cost.tasks = tasks;
  report.cost.phase_ns[static_cast<int>(Phase::kCompute)] = tasks * 1'000'000;
  if (fault) {
    MOTE_ASSIGN_OR_RETURN(const FaultKind kind, KindOf(words.word(2)));
    report.failure = Failure{kind, words.number("task", -1), "it broke", "", ""};
  }
  worker.last_report = report;
  Send(report);
  return absl::OkStatus();
}

absl::Status Script::Again(const Words& words) {
  MOTE_ASSIGN_OR_RETURN(WorkerSide * worker, Find(words.word(0)));
  if (!worker->last_report) return absl::InvalidArgumentError(words.word(0) + " has not reported yet");
  worker->last_report->session = worker->session;
  Send(*worker->last_report);
  return absl::OkStatus();
}

absl::Status Script::Advance(const Words& words) {
  absl::Duration duration;
  if (!absl::ParseDuration(words.word(0), &duration)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", words.word(0), "\" is no duration"));
  }
  now_ += duration;
  Send(mc::Tick{});
  return absl::OkStatus();
}

absl::Status Script::AboutWorker(const Words& words) {
  if (words.verb == "drain") {
    Send(mc::DrainWorker{CallId{next_id_++}, words.word(0)});
    return absl::OkStatus();
  }
  MOTE_ASSIGN_OR_RETURN(const WorkerSide* worker, Find(words.word(0)));
  if (words.verb == "disconnect") {
    Send(mc::SessionClosed{worker->session});
  } else if (words.verb == "goodbye") {
    Send(mc::WorkerGoodbye{worker->session});
  } else if (words.verb == "heartbeat") {
    Send(mc::WorkerHeartbeat{worker->session, 1});
  } else {
    return absl::InvalidArgumentError(absl::StrCat("\"", words.verb, "\" is no command; script.h lists them"));
  }
  return absl::OkStatus();
}

absl::Status Script::AboutJob(const Words& words) {
  MOTE_ASSIGN_OR_RETURN(const int64_t number, Number(words.word(0), "job"));
  const JobId job{static_cast<uint64_t>(number)};
  if (words.verb == "cancel") {
    Send(mc::CancelJob{CallId{next_id_++}, job, "reader"});
  } else {
    Send(mc::GetJob{CallId{next_id_++}, job});
  }
  return absl::OkStatus();
}

void Script::Send(const mc::Command& command) {
  mc::Decision decision;
  core_->Step(now_, command, &decision);
  Tell(std::move(decision));
}

// Events first: that is the order in which they count.
void Script::Tell(mc::Decision decision) {
  for (auto& [digest, bytes] : decision.blobs) blobs_[digest] = std::move(bytes);
  for (const mc::Event& event : decision.events) {
    if (const auto* planned = std::get_if<mc::StepPlanned>(&event)) {
      for (const mc::PlannedPass& pass : planned->passes) {
        passes_[pass.pass] = std::make_shared<const PassSpec>(pass.spec);
      }
    }
    absl::StrAppend(&output_, Describe(event, NamesOf()), "\n");
    journal_.push_back(event);
  }
  for (const mc::Effect& effect : decision.effects) {
    Track(effect);
    if (const auto line = Describe(effect, NamesOf())) absl::StrAppend(&output_, *line, "\n");
  }
}

// What a worker would hold.
void Script::Track(const mc::Effect& effect) {
  const auto drop = [&](SessionId session, const LeaseToken& token) {
    auto& leases = workers_[sessions_.at(session.value)].leases;
    std::erase_if(leases, [&](const mc::SendLease& lease) { return lease.token == token; });
  };
  if (const auto* lease = std::get_if<mc::SendLease>(&effect)) {
    workers_[sessions_.at(lease->session.value)].leases.push_back(*lease);
  } else if (const auto* revoke = std::get_if<mc::SendRevoke>(&effect)) {
    drop(revoke->session, revoke->token);
  } else if (const auto* welcome = std::get_if<mc::SendWelcome>(&effect)) {
    auto& leases = workers_[sessions_.at(welcome->session.value)].leases;
    std::vector<mc::SendLease> kept;
    for (mc::SendLease& lease : leases) {
      for (const mc::KeptLease& k : welcome->kept) {
        if (k.held != lease.token) continue;
        lease.token = k.token;
        kept.push_back(lease);
        break;
      }
    }
    leases = std::move(kept);
  }
}

absl::StatusOr<Script::WorkerSide*> Script::Find(const std::string& worker) {
  const auto found = workers_.find(worker);
  if (found != workers_.end()) return &found->second;
  return absl::InvalidArgumentError(absl::StrCat("no worker \"", worker, "\" has connected"));
}

std::vector<Node> Script::Fold(const PassSpec& spec, Block block, int64_t tasks) {
  const auto reducer = MakeRowReducer(spec.reducer, *ParseJson(spec.reducer_parameters));
  testing::MapSink sink(blobs_);
  BlockFold fold(block, spec.task_count);
  for (int64_t i = 0; i < tasks; ++i) {
    TableBuilder builder(Schema{{{"result", DType::kF64, 1}}});
    const double value = static_cast<double>(block.begin() + i);
    builder.AddF64s(&value, 1);
    std::string partial;
    if (!(*reducer)->Leaf(builder.Take(), &partial, sink).ok()) break;
    if (!fold.Push(std::move(partial), **reducer, sink).ok()) break;
  }
  return *fold.Take(**reducer, sink);
}

Names Script::NamesOf() const {
  return {[this](SessionId session) {
            const auto found = sessions_.find(session.value);
            return found == sessions_.end() ? std::string("?") : found->second;
          },
          [this](JobId, PassId pass) {
            const auto found = passes_.find(pass);
            return found == passes_.end() ? int64_t{1} << kLevelMax : found->second->task_count;
          }};
}

}  // namespace mote::scenarios
