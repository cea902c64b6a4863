// One event of each kind, with no field left at its default.
#pragma once

#include <vector>

#include "coordinator/core/event.h"

namespace mote::coordinator {

inline LeaseToken SomeToken() { return {{3}, {7}, {9}, {2, 5}, 4}; }

inline Failure SomeFailure() {
  return {FaultKind::kEngineCrash, 21, "engine died of signal 11", "Segmentation fault", "w1"};
}

inline PassSpec SomePass() {
  PassSpec pass;
  pass.kernel = "infer";
  pass.parameters = R"({"lr":1.0,"rows":64})";
  pass.task_count = 1000;
  pass.reducer = "sum";
  pass.reducer_parameters = R"({"column":"x"})";
  pass.inputs["small"] = {std::string("\0\xff", 2), std::nullopt};
  pass.inputs["large"] = {"", ArtifactRef{Sha256("large"), 123456789, true}};
  pass.numeric = true;
  pass.finish = false;
  pass.label = "epoch 3, step 12";
  return pass;
}

inline Cost SomeCost() {
  Cost cost;
  cost.tasks = 4;
  cost.phase_ns = {1, 2, 3, 4, 5, 6, 7};
  cost.staged_bytes = 8;
  cost.network_bytes = 9;
  for (const int64_t nanoseconds : {10, 10, 100'000, 123'456'789}) cost.task_ns.Add(nanoseconds);
  return cost;
}

inline JobSpec SomeJob() {
  JobSpec spec;
  spec.name = "credit-risk";
  spec.tenant = "bank";
  spec.priority = -5;
  spec.inputs.push_back({"applicants", "csv", ArtifactRef{Sha256("rows"), 4, false}.ToString(), "a.csv", ";"});
  spec.inputs.push_back({"lines", "text", ArtifactRef{Sha256("l"), 1, false}.ToString(), "l.txt", ""});
  StageSpec stage;
  stage.name = "clean";
  stage.input = "applicants.result";
  stage.operation = "prepare";
  stage.parameters = R"({"clip":1.0,"seed":9007199254740993})";  // what a double cannot hold
  stage.reduce = {"sum", R"({"scale":2.0})"};
  stage.tasks.rows = 8;
  stage.timeout = absl::Nanoseconds(1'500'000'001);
  stage.attempts_max = 5;
  stage.on_bad_task = TaskPolicy::kQuarantine;
  stage.after = {"lines"};
  spec.stages.push_back(stage);
  spec.outputs.push_back({"report", "clean.quality", "out/", "jsonl"});
  return spec;
}

inline Output SomeOutput() {
  return {OutputKind::kTable, {"descriptor", std::nullopt}, 12, 345, std::string("s\0\xfe", 3)};
}

inline std::vector<Event> OneEventOfEachKind() {
  const absl::Time time = absl::FromUnixNanos(1'700'000'000'123'456'789);
  return {
      EpochStarted{{3}},
      JobSubmitted{{7}, SomeJob(), "request-1", "anonymous", time},
      [&] {
        StepPlanned step;
        step.job = {7};
        step.stage = 1;
        step.memo = std::string("m\0\xfe", 3);
        step.passes = {{{9}, SomePass()}};
        step.is_volatile = true;
        step.artifacts = {{Sha256("state"), 77, false}};
        step.progress = "epoch 3 of 20";
        step.time = time;
        return step;
      }(),
      FinishPlanned{{7}, {9}, {{10}, SomePass()}},
      FoldPlanned{{7}, {9}, {3, 2}, {{11}, SomePass()}},
      SubtreeFolded{{7}, {11}, time},
      StageBound{{7}, 1, "cpu-avx2"},
      LeaseGranted{SomeToken(), "w1", 2, time},
      LeaseReissued{SomeToken(), {4}},
      BlockCommitted{SomeToken(),
                     "w1",
                     {{{1, 10}, "partial"}, {{0, 22}, std::nullopt}, {{0, 23}, ""}},
                     SomeCost(),
                     absl::Nanoseconds(987'654'321)},
      AttemptFailed{SomeToken(), SomeFailure(), {{1, 10}, {1, 11}}, time},
      TaskQuarantined{{7}, {9}, 21, SomeFailure()},
      PassCompleted{{7}, {9}, {SomeOutput(), {"root", std::nullopt}, true, 1000, 3}},
      StageCompleted{{7}, 1, {{"train", SomeOutput()}, {"quality", SomeOutput()}}, time},
      JobEnded{{7}, JobState::kFailed, JobFailure{"clean", {9}, {20, 24}, SomeFailure()}, time},
      JobEnded{{8}, JobState::kCancelled, std::nullopt, time},
  };
}

inline bool Same(const PassCompleted& a, const PassCompleted& b) {
  return a.job == b.job && a.pass == b.pass && a.result.output == b.result.output && a.result.root == b.result.root &&
         a.result.absent_all == b.result.absent_all && a.result.task_count == b.result.task_count &&
         a.result.absent_count == b.result.absent_count;
}

inline bool Same(const Event& a, const Event& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&b](const auto& event) {
        using Kind = std::decay_t<decltype(event)>;
        if constexpr (std::is_same_v<Kind, PassCompleted>) {
          return Same(event, std::get<PassCompleted>(b));
        } else {
          return event == std::get<Kind>(b);
        }
      },
      a);
}

}  // namespace mote::coordinator
