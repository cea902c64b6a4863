// A stage run by one thread: planner, kernels, reducers and the fold, without the
// coordinator, workers or files around them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/block.h"
#include "common/dataset.h"
#include "common/json.h"
#include "common/output.h"
#include "common/table.h"
#include "coordinator/core/planner.h"
#include "worker/engine/kernel.h"

namespace mote::testing {

// All blobs in memory. Counts what is read.
class MemoryContext final : public engine::TaskContext, private BlobSink {
 public:
  absl::StatusOr<std::string_view> Read(const Digest& digest, std::shared_ptr<const void>* keep) override;
  BlobSink& blobs() override { return *this; }
  bool cancelled() const override { return false; }
  void AddPhase(Phase, int64_t) override {}
  void AddStagedBytes(int64_t) override {}

 private:
  Digest Store(std::string bytes) override;

  std::map<Digest, std::shared_ptr<const std::string>> blobs_;
};

// How a pass is cut into leases.
struct Partition {
  int block_level = 0;     // blocks of 2^level tasks
  bool backwards = false;  // leased and reported last block first
};

class InProcess {
 public:
  explicit InProcess(Partition partition = {}) : partition_(partition) {}

  MemoryContext& context() { return context_; }

  // Runs a stage to its outputs. `parameters` gets its defaults first.
  absl::StatusOr<std::map<std::string, Output>> Run(const std::string& operation, Json parameters,
                                                    const std::map<std::string, Output>& inputs,
                                                    coordinator::TaskShape tasks = {});

  // The text as a job's input: stored, cut into blobs of `blob_bytes`, indexed.
  absl::StatusOr<Output> Index(const std::string& text, const std::string& format = "csv",
                               int64_t chunk_bytes = 1 << 20, int64_t blob_bytes = kBlobBytesMax);

  // All rows of a table.
  Table Rows(const Output& table);

 private:
  absl::StatusOr<coordinator::CompletedPass> RunPass(const PassSpec& pass);

  const Partition partition_;
  MemoryContext context_;
};

}  // namespace mote::testing
