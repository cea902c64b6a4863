// Kernels of boost that make models; one task each.
//
//   boost.init    a model without trees. Parameters {head, counts: [rows of each class]
//                 or [] with {mean}}; input "edges". Its leaf is {"model": artifact}
//   boost.update  the model and the trees of a round. Parameters {settings}; inputs
//                 "model", "level0"… of every level. Its leaf is {"model": artifact,
//                 "grown": whether any of the trees has a split}
//   trees.gain    what a model's splits gained by feature (trees/tree_gain.h), a document.
//                 Input "model"
#include <memory>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/trees/boost_pass.h"
#include "worker/engine/trees/loss.h"
#include "worker/engine/trees/tree_gain.h"

namespace mote::engine {
namespace {

// A kernel of one task whose leaf is computed when the pass is opened.
class AnswerPass final : public PassKernel {
 public:
  explicit AnswerPass(std::string answer) : answer_(std::move(answer)) {}
  absl::Status RunTask(int64_t, TaskContext&, std::string* partial) override {
    *partial = answer_;
    return absl::OkStatus();
  }

 private:
  const std::string answer_;
};

// Raw scores by which the classes are as frequent as in the training rows.
std::vector<double> BaseScores(const std::vector<int64_t>& counts, double mean) {
  if (counts.empty()) return {mean};
  if (counts.size() == 2) {
    return {Log(static_cast<double>(counts[1] + 1)) - Log(static_cast<double>(counts[0] + 1))};
  }
  std::vector<double> base;
  double total = 0;
  for (const int64_t count : counts) total += static_cast<double>(count + 1);
  for (const int64_t count : counts) base.push_back(Log(static_cast<double>(count + 1) / total));
  return base;
}

// Answers with a model, which each attempt stores: what an attempt that was taken back has
// stored, nobody has put at the coordinator.
class ModelPass final : public PassKernel {
 public:
  ModelPass(std::string model, Json answer) : model_(std::move(model)), answer_(std::move(answer)) {}
  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    Json answer = answer_;
    answer["model"] = StoreArtifact(model_, context.blobs()).ToString();
    *partial = answer.dump();
    return absl::OkStatus();
  }

 private:
  const std::string model_;
  const Json answer_;
};

class InitKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const TreeHead head, ReadParameters<TreeHead>(pass, [](const Json& json) {
                            TreeHead read = TreeHead::FromJson(json.at("head"));
                            read.base = BaseScores(json.at("counts"), json.at("mean"));
                            return read;
                          }));
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, ReadInput(pass, "edges", context));
    MOTE_ASSIGN_OR_RETURN(const BinEdges edges, BinEdges::Decode(bytes));
    return std::make_unique<ModelPass>(TreeModel::Encode(head, edges, ""), Json::object());
  }
};

class UpdateKernel final : public Kernel {
 public:
  explicit UpdateKernel(std::shared_ptr<TreeCaches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const BoostPass opened, BoostPass::Open(pass, *caches_, context));
    std::string trees(opened.model->tree_bytes());
    trees += opened.levels->Trees();
    return std::make_unique<ModelPass>(TreeModel::Encode(opened.model->head(), opened.model->edges(), trees),
                                       Json{{"grown", opened.levels->any_split()}});
  }

 private:
  const std::shared_ptr<TreeCaches> caches_;
};

class GainKernel final : public Kernel {
 public:
  explicit GainKernel(std::shared_ptr<TreeCaches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const std::shared_ptr<const TreeModel> model, caches_->Model(pass, context));
    return std::make_unique<AnswerPass>(GainDocument(*model).dump());
  }

 private:
  const std::shared_ptr<TreeCaches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeBoostInitKernel() { return std::make_unique<InitKernel>(); }

std::unique_ptr<Kernel> MakeBoostUpdateKernel(std::shared_ptr<TreeCaches> caches) {
  return std::make_unique<UpdateKernel>(std::move(caches));
}

std::unique_ptr<Kernel> MakeTreeGainKernel(std::shared_ptr<TreeCaches> caches) {
  return std::make_unique<GainKernel>(std::move(caches));
}

}  // namespace mote::engine
