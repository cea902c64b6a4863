// Kernel trees.export: a forest's trees as a model, and what they gained by feature.
//
// Parameters {head: TreeHead's JSON}. Inputs "trees" (a table of records) and "edges".
// One task; its leaf is {"model": artifact, "gain": artifact}, the latter a document
// {"kind", "trees", "leaves", "features": [{"feature", "gain"}, …], the greatest first,
// gains as shares of their sum}.
#include <memory>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"
#include "worker/engine/trees/tree_gain.h"
#include "worker/engine/trees/tree_model.h"

namespace mote::engine {
namespace {

class ExportPass final : public PassKernel {
 public:
  ExportPass(TreeHead head, BinEdges edges, std::unique_ptr<RowSource> trees)
      : head_(std::move(head)), edges_(std::move(edges)), trees_(std::move(trees)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const Table records, trees_->Read({0, trees_->rows()}, context));
    std::string bytes = TreeModel::Encode(head_, edges_, records.bytes);
    MOTE_ASSIGN_OR_RETURN(const std::shared_ptr<const TreeModel> model, TreeModel::Parse(bytes));
    const ArtifactRef gain = StoreArtifact(GainDocument(*model).dump(), context.blobs());
    const ArtifactRef stored = StoreArtifact(std::move(bytes), context.blobs());
    *partial = Json{{"model", stored.ToString()}, {"gain", gain.ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const TreeHead head_;
  const BinEdges edges_;
  const std::unique_ptr<RowSource> trees_;
};

class ExportKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(TreeHead head, ReadParameters<TreeHead>(pass, [](const Json& json) {
                            return TreeHead::FromJson(json.at("head"));
                          }));
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, ReadInput(pass, "edges", context));
    MOTE_ASSIGN_OR_RETURN(BinEdges edges, BinEdges::Decode(bytes));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "trees", context));
    return std::make_unique<ExportPass>(std::move(head), std::move(edges), std::move(rows));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTreeExportKernel() { return std::make_unique<ExportKernel>(); }

}  // namespace mote::engine
