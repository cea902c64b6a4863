// Workers whose partials are put at the coordinator, kept by themselves, or in their
// reports. The values are real, so that the job's bits can be checked.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/philox.h"
#include "common/subtree.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/map_sink.h"

namespace mote::testing {

inline mc::JobSpec SumJob(int64_t tasks) {
  mc::JobSpec spec = OneStage("random_sum", tasks);
  spec.stages[0].reduce = {"sum", "{}"};
  return spec;
}

// The same; a task that fails is absent.
inline mc::JobSpec QuarantiningSumJob(int64_t tasks) {
  mc::JobSpec spec = SumJob(tasks);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  return spec;
}

// Values of such different sizes that their sum shows in which order it was taken.
inline std::string LeafOf(int64_t task) {
  const Philox random(7, static_cast<uint64_t>(task));
  TableBuilder builder(Schema{{{"result", DType::kF64, 3}}});
  const double values[3] = {random.Normal(0), random.Normal(1) * 1e8, random.Normal(2) * 1e-8};
  builder.AddF64s(values, 3);
  std::string partial;
  std::map<Digest, std::string> blobs;
  MapSink sink(blobs);
  EXPECT_TRUE((*MakeRowReducer("sum", Json::object()))->Leaf(builder.Take(), &partial, sink).ok());
  return partial;
}

inline std::string PlainSum(int64_t tasks, const std::set<int64_t>& absent = {}) {
  const auto reducer = *MakeReducer("sum", Json::object());
  std::map<Digest, std::string> blobs;
  MapSink sink(blobs);
  BlockFold fold({RootLevel(tasks), 0}, tasks);
  for (int64_t task = 0; task < tasks; ++task) {
    const NodeValue leaf = absent.contains(task) ? std::nullopt : NodeValue(LeafOf(task));
    EXPECT_TRUE(fold.Push(leaf, *reducer, sink).ok());
  }
  const std::string root = *fold.Take(*reducer, sink)->front().partial;
  return reducer->Finish(&root, sink, nullptr)->content.bytes;
}

inline std::string AnswerOf(CoreHarness& c, JobId job) { return c.View(job).outputs.at(0).output.content.bytes; }

// Events of a kind in the journal.
template <class Event>
int Count(const CoreHarness& c) {
  int count = 0;
  for (const mc::Event& event : c.journal()) count += std::holds_alternative<Event>(event) ? 1 : 0;
  return count;
}

class ReferenceWorkers {
 public:
  enum class Partials { kPut, kKept, kReported };
  explicit ReferenceWorkers(CoreHarness& c, Partials partials = Partials::kPut) : c_(c), partials_(partials) {}

  // Runs what the worker was leased. False: there was nothing.
  bool RunOne(const std::string& worker) {
    const std::vector<mc::SendLease> leases = c_.TakeLeases(worker);
    for (const mc::SendLease& lease : leases) Run(worker, lease);
    return !leases.empty();
  }

  // False: an input was not to be had, and that was reported.
  bool Run(const std::string& worker, const mc::SendLease& lease) {
    mc::WorkerReport report;
    report.session = c_.SessionOf(worker);
    report.token = lease.token;
    std::string missing;
    const std::optional<std::string> partial = PartialOf(worker, lease, &missing);
    if (!partial) {
      report.failure = Failure{FaultKind::kUnavailable, -1, "missing", "", "", missing};
    } else {
      report.cost.tasks = lease.token.block.size(lease.pass->task_count);
      report.cost.phase_ns[static_cast<int>(Phase::kCompute)] = report.cost.tasks * task_ns;
      report.nodes = {{lease.token.block, std::nullopt}};
      if (lease.pass->kernel == "finish" || partials_ == Partials::kReported) {
        report.nodes[0].partial = *partial;
      } else {
        report.nodes[0].artifact = Put(worker, *partial);
        if (partials_ == Partials::kKept) report.nodes[0].holder = worker;
      }
    }
    c_.Send(report);
    return partial.has_value();
  }

  // The worker's process is gone, and what it kept.
  void Forget(const std::string& worker) { stores_.erase(worker); }

  std::vector<size_t> fold_inputs;  // of each task that folded several nodes, that of the end too
  int64_t task_ns = 1'000'000'000;  // what a task takes: blocks of slow tasks are small

 private:
  std::optional<std::string> PartialOf(const std::string& worker, const mc::SendLease& lease, std::string* missing) {
    const auto reducer = *MakeReducer("sum", Json::object());
    MapSink sink(stores_["coordinator"]);
    if (lease.pass->kernel == "fold" || lease.pass->kernel == "finish") {
      const Subtree subtree = *ReadSubtree(*lease.pass);
      const auto read = [&](const Value& value) { return Read(worker, lease, value); };
      for (const Subtree::Entry& entry : subtree.entries) {
        if (!entry.value || Read(worker, lease, *entry.value).ok()) continue;
        *missing = entry.value->artifact->ToString();
        return std::nullopt;
      }
      const std::string folded = **FoldSubtree(subtree, *reducer, read, sink);
      if (subtree.entries.size() > 1) fold_inputs.push_back(subtree.entries.size());
      if (lease.pass->kernel == "finish") {
        const std::string content = reducer->Finish(&folded, sink, nullptr)->content.bytes;
        return Json{{"kind", "document"}, {"rows", 0}, {"bytes", 2}, {"inline", absl::Base64Escape(content)}}.dump();
      }
      return folded;
    }
    const std::optional<std::string> gone = MissingInput(worker, lease);
    if (gone) {
      *missing = *gone;
      return std::nullopt;
    }
    const Block block = lease.token.block;
    const int64_t shift = ParseJson(lease.pass->parameters)->value("shift", int64_t{0});
    BlockFold fold(block, lease.pass->task_count);
    for (int64_t task = block.begin(); task < block.end(lease.pass->task_count); ++task) {
      EXPECT_TRUE(fold.Push(LeafOf(task + shift), *reducer, sink).ok());
    }
    return *fold.Take(*reducer, sink)->front().partial;
  }

  // Nothing: everything that the pass reads as it reads its rows can be had.
  std::optional<std::string> MissingInput(const std::string& worker, const mc::SendLease& lease) {
    for (const auto& [name, value] : lease.pass->inputs) {
      if (!Read(worker, lease, value).ok()) return value.artifact->ToString();
    }
    return std::nullopt;
  }

  // From its own store, from where the lease says, or from the coordinator.
  absl::StatusOr<std::string> Read(const std::string& worker, const mc::SendLease& lease, const Value& value) {
    if (!value.artifact) return value.bytes;
    std::vector<std::string> places = {worker, "coordinator"};
    for (const mc::ArtifactLocation& location : lease.locations) {
      if (location.artifact == *value.artifact) places.push_back(location.address);
    }
    for (const std::string& place : places) {
      const auto found = stores_[place].find(value.artifact->digest);
      if (found != stores_[place].end()) return found->second;
    }
    const auto found = c_.blobs().find(value.artifact->digest);
    if (found != c_.blobs().end()) return found->second;
    return absl::UnavailableError("nobody has it");
  }

  ArtifactRef Put(const std::string& worker, const std::string& partial) {
    const ArtifactRef artifact{Sha256(partial), static_cast<int64_t>(partial.size()), false};
    stores_[partials_ == Partials::kKept ? worker : "coordinator"][artifact.digest] = partial;
    return artifact;
  }

  CoreHarness& c_;
  const Partials partials_;
  std::map<std::string, std::map<Digest, std::string>> stores_;
};

}  // namespace mote::testing
