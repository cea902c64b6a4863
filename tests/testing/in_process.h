// A stage run by one thread: planner, kernels, reducers and the fold, without the
// coordinator, workers or files around them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/block.h"
#include "common/fold.h"
#include "common/json.h"
#include "common/output.h"
#include "common/table.h"
#include "coordinator/core/planner.h"
#include "worker/engine/kernel.h"

namespace mote::testing {

// All blobs in memory, and the context of an engine on top of them.
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

struct InProcessOptions {
  // How a pass is cut into leases.
  int block_level = 0;     // blocks of 2^level tasks
  bool backwards = false;  // leased and reported last block first
  // Checked: nodes, roots and memos stay within kInlineBytesMax. Else what is larger
  // goes as an artifact.
  bool inline_only = false;
  // Every pass runs in a new engine, which has nothing of those before in its memory.
  bool new_engine_each_pass = false;
  // Passes that may leave what their blocks yield as it is do, two of three (PassSpec::may_stay_apart).
  bool stay_apart = false;
  // Kernels beside the built-in ones, such as engine::RegisterTorchKernels.
  engine::RegisterKernelsFunction more_kernels = nullptr;
};

class InProcess {
 public:
  explicit InProcess(InProcessOptions options = {});

  MemoryContext& context() { return context_; }

  // Runs a stage to its outputs. `parameters` gets its defaults first.
  absl::StatusOr<std::map<std::string, Output>> Run(const std::string& operation, Json parameters,
                                                    const std::map<std::string, Output>& inputs,
                                                    coordinator::TaskShape tasks = {},
                                                    coordinator::ReduceSpec reduce = {});

  // The text as a job's input called `name`: stored, cut into blobs of `blob_bytes`, indexed.
  // `more`: parameters of `index`.
  absl::StatusOr<Output> Index(const std::string& text, const std::string& format = "csv",
                               int64_t chunk_bytes = 1 << 20, int64_t blob_bytes = kBlobBytesMax,
                               const std::string& name = "loans.csv", const Json& more = Json::object());

  // A table as an output of some stage, in segments of `segment_rows`.
  Output MakeTable(const Table& table, int64_t segment_rows);

  // All rows of a table.
  Table Rows(const Output& table);
  // The bytes of any output.
  std::string Content(const Output& output);

 private:
  void StartEngine();
  absl::StatusOr<coordinator::CompletedPass> RunPass(const PassSpec& pass);
  // The nodes of all blocks, in the order in which these are reported.
  absl::StatusOr<std::vector<Node>> RunBlocks(const PassSpec& pass, const Reducer& reducer);
  // The root; nullopt when no task has a result.
  absl::StatusOr<std::optional<std::string>> FoldNodes(const PassSpec& pass, std::vector<Node> nodes,
                                                       const Reducer& reducer);
  std::vector<Block> BlocksOf(int64_t task_count) const;
  void CheckTravels(const std::string& bytes, const char* what) const;

  const InProcessOptions options_;
  engine::KernelMap kernels_;
  MemoryContext context_;
  int64_t passes_apart_ = 0;  // that might have been
};

}  // namespace mote::testing
