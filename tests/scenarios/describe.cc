#include "tests/scenarios/describe.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mote::scenarios {
namespace {

std::string NameOf(mc::JobState state) {
  switch (state) {
    case mc::JobState::kPending:
      return "PENDING";
    case mc::JobState::kRunning:
      return "RUNNING";
    case mc::JobState::kSucceeded:
      return "SUCCEEDED";
    case mc::JobState::kPartlyQuarantined:
      return "PARTLY_QUARANTINED";
    case mc::JobState::kFailed:
      return "FAILED";
    case mc::JobState::kCancelled:
      return "CANCELLED";
  }
  return "?";
}

std::string Tasks(TaskRange range) { return absl::StrCat("[", range.begin, ", ", range.end, ")"); }

std::string Nodes(const std::vector<Node>& nodes, int64_t task_count) {
  return absl::StrJoin(nodes, " + ", [&](std::string* out, const Node& node) {
    absl::StrAppend(out, Tasks(node.block.range(task_count)));
  });
}

std::string Cause(const Failure& failure) {
  return absl::StrCat(std::string(Name(failure.kind)), failure.task >= 0 ? absl::StrCat(" in task ", failure.task) : "",
                      failure.message.empty() ? "" : ": ", failure.message);
}

class Describer {
 public:
  explicit Describer(const Names& names) : names_(names) {}

  std::string operator()(const mc::EpochStarted& e) const { return absl::StrCat("EpochStarted ", e.epoch.value); }
  std::string operator()(const mc::JobSubmitted& e) const {
    return absl::StrCat("JobSubmitted job ", e.job.value, " \"", e.spec.name, "\"");
  }
  std::string operator()(const mc::StepPlanned& e) const {
    return absl::StrCat("StepPlanned job ", e.job.value, " stage ", e.stage, ": ",
                        absl::StrJoin(e.passes, ", ", [](std::string* out, const mc::PlannedPass& pass) {
                          absl::StrAppend(out, pass.spec.task_count, " tasks of ", pass.spec.kernel, ", ",
                                          pass.spec.reducer);
                        }));
  }
  std::string operator()(const mc::OutputLost& e) const {
    const int64_t task_count = names_.task_count(e.job, e.pass);
    return absl::StrCat("OutputLost job ", e.job.value, " generation ", e.generation, ", with ", e.worker, ": ",
                        absl::StrJoin(e.blocks, ", ", [&](std::string* out, const Block& block) {
                          absl::StrAppend(out, Tasks(block.range(task_count)));
                        }));
  }
  std::string operator()(const mc::FinishPlanned& e) const {
    return absl::StrCat("FinishPlanned job ", e.job.value, ": ", e.finish.spec.label);
  }
  std::string operator()(const mc::FoldPlanned& e) const {
    return absl::StrCat("FoldPlanned job ", e.job.value, " tasks ",
                        Tasks(e.block.range(names_.task_count(e.job, e.pass))));
  }
  std::string operator()(const mc::SubtreeFolded& e) const { return absl::StrCat("SubtreeFolded job ", e.job.value); }
  std::string operator()(const mc::StageBound& e) const {
    return absl::StrCat("StageBound job ", e.job.value, " stage ", e.stage, " to ", e.numeric_class);
  }
  std::string operator()(const mc::StageCalibrated& e) const {
    return absl::StrCat("StageCalibrated job ", e.job.value, " stage ", e.stage, ": ", e.calibration.measured.size(),
                        " shapes measured, ", e.calibration.rows, " rows a task");
  }
  std::string operator()(const mc::LeaseGranted& e) const {
    return absl::StrCat("LeaseGranted ", Token(e.token), " to ", e.worker, " slot ", e.slot);
  }
  std::string operator()(const mc::LeaseReissued& e) const {
    return absl::StrCat("LeaseReissued ", Token(e.held), " under epoch ", e.epoch.value);
  }
  std::string operator()(const mc::BlockCommitted& e) const {
    return absl::StrCat("BlockCommitted ", Token(e.token), " by ", e.worker, ": ",
                        Nodes(e.nodes, names_.task_count(e.token.job, e.token.pass)));
  }
  std::string operator()(const mc::BlockHeld& e) const {
    return absl::StrCat("BlockHeld ", Token(e.token), " by ", e.worker);
  }
  std::string operator()(const mc::WorkerDistrusted& e) const {
    return absl::StrCat("WorkerDistrusted ", e.worker, ": ", e.reason);
  }
  std::string operator()(const mc::AttemptRevoked& e) const { return absl::StrCat("AttemptRevoked ", Token(e.token)); }
  std::string operator()(const mc::AttemptFailed& e) const {
    const int64_t task_count = names_.task_count(e.token.job, e.token.pass);
    return absl::StrCat("AttemptFailed ", Token(e.token), ": ", Cause(e.failure),
                        "; pending again: ", absl::StrJoin(e.pieces, ", ", [&](std::string* out, const Block& piece) {
                          absl::StrAppend(out, Tasks(piece.range(task_count)));
                        }));
  }
  std::string operator()(const mc::TaskQuarantined& e) const {
    return absl::StrCat("TaskQuarantined job ", e.job.value, " task ", e.task, ": ", Cause(e.failure));
  }
  std::string operator()(const mc::PassCompleted& e) const {
    return absl::StrCat("PassCompleted job ", e.job.value, ": ", e.result.task_count, " tasks, ", e.result.absent_count,
                        " absent");
  }
  std::string operator()(const mc::StageCompleted& e) const {
    return absl::StrCat("StageCompleted job ", e.job.value, " stage ", e.stage);
  }
  std::string operator()(const mc::BundlePublished& e) const {
    return absl::StrCat("BundlePublished job ", e.bundle.job.value, " stage ", e.stage, " as ", NameOf(e.bundle));
  }
  std::string operator()(const mc::JobEnded& e) const {
    return absl::StrCat("JobEnded job ", e.job.value, " ", NameOf(e.state),
                        e.failure ? absl::StrCat(": ", Cause(e.failure->failure)) : "");
  }

  std::string operator()(const mc::JobForgotten& e) const { return absl::StrCat("JobForgotten job ", e.job.value); }
  std::string operator()(const mc::JobRetried& e) const { return absl::StrCat("JobRetried job ", e.job.value); }

  std::string operator()(const mc::SendWelcome& e) const {
    return absl::StrCat(To(e.session), "welcome to epoch ", e.epoch.value, e.kept.empty() ? "" : ", keep ",
                        absl::StrJoin(e.kept, " and ", [&](std::string* out, const mc::KeptLease& kept) {
                          absl::StrAppend(out, Token(kept.held), " as (epoch ", kept.token.epoch.value, ")");
                        }));
  }
  std::string operator()(const mc::SendLease& e) const {
    return absl::StrCat(To(e.session), "lease ", Token(e.token), e.pass != nullptr ? ", first of its pass" : "");
  }
  std::string operator()(const mc::SendAck& e) const { return absl::StrCat(To(e.session), "ack ", Token(e.token)); }
  std::string operator()(const mc::SendRevoke& e) const {
    return absl::StrCat(To(e.session), "revoke ", Token(e.token));
  }
  std::string operator()(const mc::SendDropPass& e) const { return absl::StrCat(To(e.session), "forget the pass"); }
  std::string operator()(const mc::SendDrain& e) const { return absl::StrCat(To(e.session), "drain"); }
  std::string operator()(const mc::CloseSession& e) const {
    return absl::StrCat(To(e.session), "close: ", std::string(e.status.message()));
  }
  std::string operator()(const mc::Reply& e) const {
    if (!e.status.ok()) return absl::StrCat("> client: ", e.status.ToString());
    if (const JobId* job = std::get_if<JobId>(&e.answer)) return absl::StrCat("> client: job ", job->value);
    if (const auto* view = std::get_if<mc::JobView>(&e.answer)) return absl::StrCat("> client: ", Describe(*view));
    return "> client: done";
  }

 private:
  std::string Token(const LeaseToken& token) const { return Describe(token, names_); }
  std::string To(SessionId session) const { return absl::StrCat("> ", names_.worker(session), ": "); }

  const Names& names_;
};

}  // namespace

std::string Describe(const LeaseToken& token, const Names& names) {
  constexpr uint64_t kCounterMask = (uint64_t{1} << 40) - 1;
  const uint64_t pass = token.pass.value & kCounterMask;
  return absl::StrCat("job ", token.job.value, pass > 1 ? absl::StrCat(" pass ", pass) : "", " tasks ",
                      Tasks(token.block.range(names.task_count(token.job, token.pass))), " attempt ", token.attempt,
                      " (epoch ", token.epoch.value, ")");
}

std::string Describe(const mc::Event& event, const Names& names) {
  return std::visit(
      [&]<class T>(const T& e) -> std::string {
        if constexpr (requires(const Describer& d) { d(e); }) return Describer(names)(e);
        return absl::StrCat("(event ", event.index(), ")");
      },
      event);
}

std::optional<std::string> Describe(const mc::Effect& effect, const Names& names) {
  return std::visit(
      [&]<class T>(const T& e) -> std::optional<std::string> {
        if constexpr (requires(const Describer& d) { d(e); }) return Describer(names)(e);
        return std::nullopt;
      },
      effect);
}

std::string Describe(const mc::JobView& view) {
  std::string text = NameOf(view.state);
  for (const mc::StageView& stage : view.stages) {
    absl::StrAppend(&text, ", ", stage.tasks_committed, " of ", stage.tasks_total, " tasks");
    if (stage.tasks_running > 0) absl::StrAppend(&text, ", ", stage.tasks_running, " running");
  }
  for (const mc::AbsentView& task : view.absent) absl::StrAppend(&text, ", task ", task.task, " absent");
  if (!view.waiting_reason.empty()) absl::StrAppend(&text, "; waiting: ", view.waiting_reason);
  return text;
}

}  // namespace mote::scenarios
