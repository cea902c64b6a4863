// A whole stage in one process: planner, kernels and the fold, without a cluster.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/digest.h"
#include "common/json.h"
#include "common/output.h"
#include "common/table.h"
#include "coordinator/core/planner.h"
#include "worker/engine/kernel.h"

namespace mote::testing {

// Blobs in memory, and the context of an engine on top of them.
class MemoryContext final : public engine::TaskContext, public BlobSink {
 public:
  absl::StatusOr<std::string_view> Read(const Digest& digest, std::shared_ptr<const void>* keep) override;
  Digest Store(std::string bytes) override;
  BlobSink& blobs() override { return *this; }
  bool cancelled() const override { return false; }
  void AddPhase(Phase, int64_t) override {}
  void AddStagedBytes(int64_t) override {}

  int64_t reads() const { return reads_; }

 private:
  std::map<Digest, std::shared_ptr<const std::string>> blobs_;
  int64_t reads_ = 0;
};

// One process that can run passes. Blocks of 2^level tasks are folded each on their
// own, as engines do, and inserted last first.
class InProcess {
 public:
  explicit InProcess(int block_level);

  MemoryContext& context() { return context_; }

  // The raw root, or nullopt when the pass has no task with a result.
  absl::StatusOr<std::string> RunPass(const PassSpec& pass);

  // Asks `planner` until it is done.
  absl::StatusOr<std::map<std::string, Output>> RunStage(const coordinator::Planner& planner, Json parameters,
                                                         const std::map<std::string, Output>& inputs,
                                                         coordinator::TaskShape tasks = {},
                                                         coordinator::ReduceSpec reduce = {});

  // A table as an output of some stage, in segments of `segment_rows`.
  Output MakeTable(const Table& table, int64_t segment_rows);
  // A CSV file as an indexed input called `name`.
  Output MakeCsv(const std::string& text, const std::string& name);
  // The flat rows of an output of kind kTable.
  Table ReadTable(const Output& output);
  // The bytes of any output.
  std::string ReadContent(const Output& output);

 private:
  const int block_level_;
  MemoryContext context_;
  engine::KernelMap kernels_;
};

}  // namespace mote::testing
