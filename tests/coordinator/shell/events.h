// One event of each kind, with no field left at its default.
#pragma once

#include <vector>

#include "coordinator/core/event.h"
#include "tests/testing/pass_parts.h"

namespace mote::coordinator {

inline JobSpec SomeJob() {
  JobSpec spec;
  spec.name = "credit-risk";
  spec.tenant = "bank";
  spec.priority = -5;
  spec.inputs.push_back({"applicants", "csv", ArtifactRef{Sha256("rows"), 4, false}.ToString(), "a.csv", ";"});
  InputSpec pinned{"pinned", "csv", "", "", ",", true};
  pinned.sites = {{"berlin", "/b.csv"}, {"paris", "/p.csv"}};
  pinned.site_wait = absl::Minutes(5);
  spec.inputs.push_back(pinned);
  spec.inputs.push_back({"lines", "text", ArtifactRef{Sha256("l"), 1, false}.ToString(), "l.txt", ""});
  StageSpec stage;
  stage.name = "clean";
  stage.resources = {"cuda", 8 << 20, {{"site", "berlin"}}};
  stage.mixed_numerics = true;
  stage.input = "applicants.result";
  stage.operation = "prepare";
  stage.parameters = R"({"clip":1.0,"seed":9007199254740993})";  // what a double cannot hold
  stage.reduce = {"sum", R"({"scale":2.0})"};
  stage.tasks.rows = 8;
  stage.timeout = absl::Nanoseconds(1'500'000'001);
  stage.attempts_max = 5;
  stage.retry_application = true;
  stage.on_bad_task = TaskPolicy::kQuarantine;
  stage.after = {"lines"};
  stage.verify = {0.25, 0};
  spec.stages.push_back(stage);
  spec.no_reuse = true;
  spec.deadline = absl::Hours(2);
  spec.price = Price{0.0008, 0.02};
  spec.budget = 5.5;
  spec.outputs.push_back({"report", "clean.quality", "out/", "jsonl"});
  return spec;
}

inline Output SomeOutput() {
  const SiteRows berlin{"berlin", {"view", std::nullopt}, 7, 200};
  const SiteRows paris{"paris", {"", ArtifactRef{Sha256("paris"), 12345, false}}, 5, 145};
  return {OutputKind::kTable, {"descriptor", std::nullopt}, 12, 345, std::string("s\0\xfe", 3), {berlin, paris}};
}

inline ArtifactRef SomeArtifact() { return {Sha256("state"), 77, false}; }

inline CostView SomeStageCost() {
  AlphaByLink alphas;
  alphas.Restore({"loopback", "cpu:avx2"}, AlphaFit({3, 0.7, 0.1, 1e-300, 7.5}),
                 LinkModel({5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5}));
  alphas.Restore({"network", "cpu:avx2"}, AlphaFit({4, 0.8, 0.2, 2e-300, 8.5}), LinkModel());
  return {SomeCost(),
          alphas,
          4,
          18,
          absl::Nanoseconds(5),
          absl::Nanoseconds(6),
          absl::Nanoseconds(3),
          {7, 8, 9, absl::Nanoseconds(10)},
          11};
}

inline StageRestored SomeStage(absl::Time time) {
  StageRestored stage;
  stage.job = {7};
  stage.stage = 1;
  stage.state = StageState::kRunning;
  stage.memo = std::string("m\0\xfe", 3);
  stage.step = {{9}, {10}};
  stage.outputs = {{"train", SomeOutput()}};
  stage.numeric_class = "cpu-avx2";
  stage.progress = "epoch 3 of 20";
  stage.tasks_to_come = 4321;
  stage.before_step = {21, 22, 23, 24, 25, SomeStageCost()};
  stage.artifacts = {SomeArtifact()};
  stage.durable_artifacts = {SomeArtifact(), {Sha256("older"), 78, true}};
  stage.last_checkpoint = time;
  stage.start = time + absl::Seconds(1);
  stage.end = time + absl::Seconds(2);
  stage.cost = SomeStageCost();
  stage.kernel_duration = {{"infer", absl::Nanoseconds(1'500'000'001)}};
  stage.tasks_total = 1000;
  stage.tasks_committed = 640;
  stage.passes_total = 12;
  stage.passes_complete = 11;
  stage.absent_count = 3;
  stage.reused_from = JobId{5};
  stage.computed = Sha256("computed");
  stage.calibration = Calibration{{{1, absl::Microseconds(120)}, {64, absl::Milliseconds(3)}}, 0};
  stage.probes = {24, {absl::Milliseconds(31), 4096}, SomeCost().task_ns};
  return stage;
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
        step.artifacts = {SomeArtifact()};
        step.progress = "epoch 3 of 20";
        step.tasks_to_come = 1234;
        step.before = {11, 12, 13, 14, 15, SomeStageCost()};
        step.time = time;
        return step;
      }(),
      FinishPlanned{{7}, {9}, {{10}, SomePass()}, time},
      FoldPlanned{{7}, {9}, {3, 2}, {{11}, SomePass()}, time},
      SubtreeFolded{{7}, {11}, time},
      OutputLost{{7}, {9}, {{3, 2}, {0, 24}}, 5, "w1", time},
      StageBound{{7}, 1, "cpu-avx2"},
      StageBound{{7}, 1, "cpu-avx2", "berlin"},
      StageCalibrated{{7}, 1, {{{1, absl::Microseconds(120)}}, 4096}, time},
      LeaseGranted{SomeToken(), "w1", 2, time},
      LeaseReissued{SomeToken(), {4}},
      BlockCommitted{SomeToken(),
                     "w1",
                     {{{1, 10}, "partial"},
                      {{0, 22}, std::nullopt},
                      {{0, 23}, ""},
                      {{0, 24}, std::nullopt, ArtifactRef{Sha256("p"), 8'000'000, true}, "w1"}},
                     SomeCost(),
                     absl::Nanoseconds(987'654'321),
                     absl::Nanoseconds(123'456'789),
                     3,
                     false,
                     {"network", "cpu:avx2"}},
      BlockHeld{SomeToken(), "w1", {{{2, 5}, "partial"}}, SomeCost(), absl::Milliseconds(7), true},
      WorkerDistrusted{{7}, "w1", "its result differs"},
      AttemptRevoked{SomeToken()},
      HeldRestored{{SomeToken(), "w1", {{{2, 5}, "partial"}}, SomeCost(), absl::Milliseconds(7)}},
      AttemptFailed{SomeToken(),
                    SomeFailure(),
                    {{1, 10}, {1, 11}},
                    time + absl::Seconds(1),
                    time,
                    absl::Nanoseconds(123'456'789)},
      TaskQuarantined{{7}, {9}, 21, SomeFailure()},
      PassCompleted{{7}, {9}, {SomeOutput(), {"root", std::nullopt}, true, 1000, 3}},
      StageCompleted{{7}, 1, {{"train", SomeOutput()}, {"quality", SomeOutput()}}, time, JobId{5}},
      BundlePublished{{"bank", "credit/model", 3, {7}, time, {{"model", SomeOutput()}, {"fitted", SomeOutput()}}}, 2},
      JobEnded{{7}, JobState::kFailed, JobFailure{"clean", {9}, {20, 24}, SomeFailure()}, time},
      JobEnded{{8}, JobState::kCancelled, std::nullopt, time},
      JobForgotten{{8}, time},
      StateRestored{{3}, 9, 17, {{"bank", absl::Nanoseconds(123'456'789'012)}}, {JobId{7}, JobId{3}}},
      DropsRestored{{{time, {Sha256("old"), 5, false}}, {time + absl::Seconds(1), {Sha256("older"), 6, true}}}},
      JobRestored{{{7}, SomeJob(), "request-1", "anonymous", time},
                  JobState::kFailed,
                  time + absl::Seconds(1),
                  time + absl::Seconds(2),
                  1001,
                  JobFailure{"clean", {9}, {20, 24}, SomeFailure()},
                  absl::Nanoseconds(77),
                  2,
                  time + absl::Hours(2),
                  Usage{absl::Nanoseconds(123'456'789), 4321}},
      StoryRestored{{7}, {{time, 1, {9}, "epoch 3", {20, 24}, 5, SomeFailure(), 2, time + absl::Seconds(1)}}, 40},
      KeptRestored{{7}, 1, Sha256("pass"), {{{1, 10}, "partial"}, {{0, 23}, ""}}},
      JobRestored{{{8}, SomeJob(), "", "", time},
                  JobState::kPending,
                  absl::InfiniteFuture(),
                  absl::InfiniteFuture(),
                  0,
                  std::nullopt,
                  absl::ZeroDuration()},
      AbsentRestored{{7}, {{"clean", {9}, 21, "died", "engine crash", "w1"}, {"fit", {10}, 22, "caf? died"}}},
      SomeStage(time),
      [&] {
        StageRestored waiting;
        waiting.job = {8};
        waiting.last_checkpoint = absl::InfinitePast();
        waiting.start = waiting.end = absl::InfiniteFuture();
        return waiting;
      }(),
      PassRestored{{7},
                   1,
                   {{9}, SomePass()},
                   true,
                   640,
                   12,
                   SomeCost(),
                   3,
                   PassId{10},
                   PassId{11},
                   FoldedSubtree{{8}, {2, 5}},
                   CompletedPass{SomeOutput(), {"root", std::nullopt}, true, 1000, 3},
                   false,
                   4,
                   time},
      PassRestored{
          {7}, 1, {{9}, SomePass()}, false, 0, 1, {}, 0, std::nullopt, std::nullopt, std::nullopt, std::nullopt},
      PassProgressRestored{{7},
                           {9},
                           {{{1, 10}, time}, {{0, 30}, absl::InfinitePast()}},
                           {{{2, 5}, {{4, {3}, "w1", 2, time}, {5, {3}, "w2", 1, time}}, true}},
                           {{{1, 12}, "partial"}, {{0, 22}, std::nullopt}, {{0, 23}, std::nullopt, SomeArtifact()}},
                           {{{0, 21}, {2, 3, 4, "w1", 5, time}}, {{3, 9}, {1, 0, 0, "w2", -1, absl::InfinitePast()}}},
                           {5, 77},
                           {{{1, 10}, "finished"}},
                           {22, 23}},
      JobRetried{{7}, time, Usage{absl::Nanoseconds(123'456'789), 4321}},
  };
}

}  // namespace mote::coordinator
