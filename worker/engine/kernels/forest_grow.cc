// Kernel forest.grow: task t grows tree t on the whole binned table. Parameters {seed,
// classes, features_a_split, depth_max, rows_min, bootstrap, class_weights}. Input
// "input". Rows: record:u8[8], the tree's records in their order, for concat.
#include <memory>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/trees/grow_tree.h"
#include "worker/engine/trees/tree_caches.h"
#include "worker/engine/trees/tree_records.h"

namespace mote::engine {
namespace {

class GrowPass final : public RowPassKernel {
 public:
  GrowPass(std::unique_ptr<RowReducer> reducer, std::shared_ptr<const BinnedRows> rows, GrowSettings settings)
      : RowPassKernel(std::move(reducer)), rows_(std::move(rows)), settings_(std::move(settings)) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::string tree,
                          GrowTree(*rows_, settings_, task, [&context] { return context.cancelled(); }));
    const auto records = static_cast<int64_t>(tree.size() / sizeof(TreeRecord));
    return Table{{{{"record", DType::kU8, sizeof(TreeRecord)}}}, records, std::move(tree)};
  }

 private:
  const std::shared_ptr<const BinnedRows> rows_;
  const GrowSettings settings_;
};

class GrowKernel final : public Kernel {
 public:
  explicit GrowKernel(std::shared_ptr<TreeCaches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(GrowSettings settings, ReadParameters<GrowSettings>(pass, [](const Json& json) {
                            return GrowSettings{json.at("seed"),
                                                json.at("classes"),
                                                json.at("features_a_split"),
                                                json.at("depth_max"),
                                                json.at("rows_min"),
                                                json.at("bootstrap"),
                                                json.at("class_weights").get<std::vector<double>>()};
                          }));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<const BinnedRows> rows, caches_->Rows(pass, context));
    return std::make_unique<GrowPass>(std::move(reducer), std::move(rows), std::move(settings));
  }

 private:
  const std::shared_ptr<TreeCaches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeForestGrowKernel(std::shared_ptr<TreeCaches> caches) {
  return std::make_unique<GrowKernel>(std::move(caches));
}

}  // namespace mote::engine
