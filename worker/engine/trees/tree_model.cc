#include "worker/engine/trees/tree_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/feature_names.h"
#include "common/status_macros.h"
#include "worker/engine/trees/loss.h"

namespace mote::engine {
namespace {

constexpr std::string_view kMagic = "MOTETREE";
constexpr size_t kAlignment = 8;

void PutPadded(ByteWriter& writer, std::string text, char padding) {
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, padding);
  writer.Put(static_cast<uint64_t>(text.size()));
  writer.PutRaw(text);
}

absl::StatusOr<std::string_view> TakePart(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const uint64_t size, reader.Get<uint64_t>());
  if (size % kAlignment != 0) return absl::InvalidArgumentError("a part that is not aligned");
  return reader.GetRaw(size);
}

absl::Status CheckHead(const TreeHead& head, const std::vector<TreeView>& trees) {
  const bool boost = head.kind == "boost";
  if (!boost && head.kind != "forest") return absl::InvalidArgumentError(absl::StrCat("kind \"", head.kind, "\""));
  const int64_t leaf_outputs = boost ? 1 : head.outputs();
  if (boost && static_cast<int64_t>(head.base.size()) != head.outputs()) {
    return absl::InvalidArgumentError("base scores that do not fit the classes");
  }
  if (head.classes < 0 || head.classes == 1 || (!boost && head.classes < 2)) {
    return absl::InvalidArgumentError(absl::StrCat(head.classes, " classes"));
  }
  for (const TreeView& tree : trees) {
    if (tree.outputs != leaf_outputs) return absl::InvalidArgumentError("a tree with another number of outputs");
  }
  return absl::OkStatus();
}

}  // namespace

Json TreeHead::ToJson() const {
  return {{"kind", kind},         {"loss", loss},
          {"classes", classes},   {"class_names", class_names},
          {"features", features}, {"schema", FeatureDigest(features, class_names)},
          {"base", base}};
}

TreeHead TreeHead::FromJson(const Json& json) {
  TreeHead head;
  json.at("kind").get_to(head.kind);
  json.at("loss").get_to(head.loss);
  json.at("classes").get_to(head.classes);
  json.at("class_names").get_to(head.class_names);
  json.at("features").get_to(head.features);
  json.at("base").get_to(head.base);
  return head;
}

std::string TreeModel::Encode(const TreeHead& head, const BinEdges& edges, std::string_view trees) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.PutRaw(kMagic);
  PutPadded(writer, head.ToJson().dump(), ' ');
  // The edges' own length first: what follows them is padding.
  const std::string encoded = edges.Encode();
  writer.Put(static_cast<uint64_t>(encoded.size()));
  PutPadded(writer, encoded, '\0');
  writer.PutRaw(trees);
  return bytes;
}

absl::StatusOr<std::shared_ptr<const TreeModel>> TreeModel::Parse(std::string bytes) {
  auto model = std::make_shared<TreeModel>();
  model->bytes_ = std::move(bytes);
  ByteReader reader(model->bytes_);
  const auto magic = reader.GetRaw(kMagic.size());
  if (!magic.ok() || *magic != kMagic) {
    return absl::InvalidArgumentError("not a model of trees; name the model of a forest or boost stage");
  }
  MOTE_ASSIGN_OR_RETURN(const std::string_view head, TakePart(reader));
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(head));
  try {
    model->head_ = TreeHead::FromJson(json);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("a model of trees with a broken head: ", error.what()));
  }
  MOTE_ASSIGN_OR_RETURN(const uint64_t edge_bytes, reader.Get<uint64_t>());
  MOTE_ASSIGN_OR_RETURN(const std::string_view edges, TakePart(reader));
  if (edge_bytes > edges.size()) return absl::InvalidArgumentError("a model of trees with truncated edges");
  MOTE_ASSIGN_OR_RETURN(model->edges_, BinEdges::Decode(edges.substr(0, edge_bytes)));
  model->trees_at_ = model->bytes_.size() - reader.remaining();
  MOTE_ASSIGN_OR_RETURN(model->trees_, ReadTrees(reader.rest(), model->width()));
  MOTE_RETURN_IF_ERROR(CheckHead(model->head_, model->trees_));
  return model;
}

void TreeModel::Score(const float* x, uint8_t* bins, float* scores) const {
  for (size_t i = 0; i < edges_.features.size(); ++i) bins[i] = BinEdges::Bin(edges_.features[i], x[i]);
  head_.kind == "forest" ? ScoreForest(bins, scores) : ScoreBoosted(bins, scores);
}

void TreeModel::ScoreForest(const uint8_t* bins, float* scores) const {
  const int64_t outputs = head_.outputs();
  std::vector<double> sums(static_cast<size_t>(outputs));
  std::vector<float> leaf(static_cast<size_t>(outputs));
  for (const TreeView& tree : trees_) {
    CopyLeaf(tree.Leaf(bins), outputs, leaf.data());
    for (int64_t i = 0; i < outputs; ++i)
      sums[static_cast<size_t>(i)] += static_cast<double>(leaf[static_cast<size_t>(i)]);
  }
  const auto mean = [&](size_t i) {
    return static_cast<float>(sums[i] / static_cast<double>(std::max<size_t>(trees_.size(), 1)));
  };
  if (outputs > 1) {
    for (int64_t i = 0; i < outputs; ++i) scores[i] = mean(static_cast<size_t>(i));
  } else {
    scores[1] = mean(0);
    scores[0] = 1.0F - scores[1];
  }
}

void TreeModel::ScoreBoosted(const uint8_t* bins, float* scores) const {
  const int64_t outputs = head_.outputs();
  std::vector<double> raw = head_.base;
  for (size_t i = 0; i < trees_.size(); ++i) {
    raw[i % static_cast<size_t>(outputs)] += static_cast<double>(trees_[i].Leaf(bins).value());
  }
  Probabilities(raw.data(), head_.classes, scores);
}

}  // namespace mote::engine
