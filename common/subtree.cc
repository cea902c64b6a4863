#include "common/subtree.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote {

absl::Status WriteSubtree(const Subtree& subtree, PassSpec* spec) {
  MOTE_ASSIGN_OR_RETURN(const Json reducer_parameters, ParseJson(subtree.reducer_parameters));
  Json nodes = Json::array();
  for (const Subtree::Entry& entry : subtree.entries) {
    if (entry.value) spec->inputs[absl::StrCat(nodes.size())] = *entry.value;
    nodes.push_back({{"level", entry.block.level}, {"index", entry.block.index}});
  }
  spec->parameters = Json{
      {"reducer", subtree.reducer},
      {"reducer_parameters", reducer_parameters},
      {"finish", subtree.finish},
      {"task_count", subtree.task_count},
      {"nodes", nodes}}.dump();
  return absl::OkStatus();
}

absl::StatusOr<Subtree> ReadSubtree(const PassSpec& spec) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(spec.parameters));
  try {
    Subtree subtree;
    subtree.reducer = parameters.at("reducer").get<std::string>();
    subtree.reducer_parameters = parameters.at("reducer_parameters").dump();
    subtree.finish = parameters.at("finish").get<bool>();
    subtree.task_count = parameters.at("task_count").get<int64_t>();
    for (const Json& node : parameters.at("nodes")) {
      const auto input = spec.inputs.find(absl::StrCat(subtree.entries.size()));
      Subtree::Entry& entry = subtree.entries.emplace_back();
      entry.block = {node.at("level").get<int>(), node.at("index").get<int64_t>()};
      if (input != spec.inputs.end()) entry.value = input->second;
    }
    return subtree;
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("a subtree that cannot be read: ", error.what()));
  }
}

absl::StatusOr<NodeValue> FoldSubtree(const Subtree& subtree, const Reducer& reducer, const ValueReader& read,
                                      BlobSink& blobs) {
  if (subtree.task_count < 1) return absl::InvalidArgumentError("a subtree of a pass without tasks");
  Fold fold(subtree.task_count);
  for (const auto& [block, value] : subtree.entries) {
    Node node{block, std::nullopt};
    if (value) {
      MOTE_ASSIGN_OR_RETURN(node.partial, read(*value));
    }
    MOTE_RETURN_IF_ERROR(fold.Insert(std::move(node), reducer, blobs));
  }
  std::vector<Node> folded = fold.nodes();
  if (folded.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("the nodes of a subtree fold to ", folded.size(), " nodes, not one"));
  }
  return std::move(folded[0].partial);
}

}  // namespace mote
