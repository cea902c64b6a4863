#include "coordinator/plan/train_progress.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

Json EncodeRef(const std::optional<ArtifactRef>& ref) { return ref.has_value() ? Json(ref->ToString()) : Json(); }

absl::StatusOr<std::optional<ArtifactRef>> DecodeRef(const Json& json) {
  if (json.is_null()) return std::optional<ArtifactRef>();
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef ref, ArtifactRef::Parse(json.get<std::string>()));
  return std::optional<ArtifactRef>(ref);
}

Json EncodeGradient(const StepGradient& gradient) {
  Json nodes = Json::array();
  for (const Subtree::Entry& node : gradient.nodes) {
    nodes.push_back({node.block.level, node.block.index, node.value->artifact->ToString()});
  }
  return {gradient.task_count, gradient.is_apart, std::move(nodes)};
}

absl::StatusOr<StepGradient> DecodeGradient(const Json& json) {
  StepGradient gradient;
  json.at(0).get_to(gradient.task_count);
  json.at(1).get_to(gradient.is_apart);
  for (const Json& node : json.at(2)) {
    Subtree::Entry& entry = gradient.nodes.emplace_back();
    node.at(0).get_to(entry.block.level);
    node.at(1).get_to(entry.block.index);
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(node.at(2).get<std::string>()));
    entry.value = Value{"", artifact};
  }
  return gradient;
}

}  // namespace

std::vector<ArtifactRef> StepGradient::artifacts() const {
  std::vector<ArtifactRef> refs;
  for (const Subtree::Entry& node : nodes) refs.push_back(*node.value->artifact);
  return refs;
}

std::vector<ArtifactRef> TrainProgress::apart() const {
  std::vector<ArtifactRef> refs;
  for (const StepGradient& gradient : pending) {
    const std::vector<ArtifactRef> own = gradient.artifacts();
    if (gradient.is_apart) refs.insert(refs.end(), own.begin(), own.end());
  }
  return refs;
}

std::vector<ArtifactRef> TrainProgress::artifacts() const {
  std::vector<ArtifactRef> refs;
  if (state.has_value()) refs.push_back(*state);
  if (best_state.has_value() && best_state != state) refs.push_back(*best_state);
  for (const StepGradient& gradient : pending) {
    const std::vector<ArtifactRef> own = gradient.artifacts();
    if (!gradient.is_apart) refs.insert(refs.end(), own.begin(), own.end());
  }
  return refs;
}

std::string TrainProgress::Encode() const {
  Json gradients = Json::array();
  for (const StepGradient& gradient : pending) gradients.push_back(EncodeGradient(gradient));
  return Json{{"phase", phase},
              {"at", {epoch, step}},
              {"classes", classes},
              {"weights", weights},
              {"state", EncodeRef(state)},
              {"keys", {state_key, next_key}},
              {"pending", std::move(gradients)},
              {"defers", defers},
              {"best", {best_epoch, best_loss, EncodeRef(best_state)}},
              {"loss", {loss_sum, loss_rows}},
              {"history", history}}
      .dump();
}

absl::StatusOr<TrainProgress> TrainProgress::Decode(std::string_view memo) {
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(memo));
  TrainProgress progress;
  try {
    progress.phase = json.at("phase").get<std::string>();
    progress.epoch = json.at("at").at(0).get<int64_t>();
    progress.step = json.at("at").at(1).get<int64_t>();
    progress.classes = json.at("classes").get<int64_t>();
    progress.weights = json.at("weights").get<std::vector<double>>();
    MOTE_ASSIGN_OR_RETURN(progress.state, DecodeRef(json.at("state")));
    progress.state_key = json.at("keys").at(0).get<std::string>();
    progress.next_key = json.at("keys").at(1).get<std::string>();
    for (const Json& gradient : json.at("pending")) {
      MOTE_ASSIGN_OR_RETURN(progress.pending.emplace_back(), DecodeGradient(gradient));
    }
    progress.defers = json.at("defers").get<bool>();
    progress.best_epoch = json.at("best").at(0).get<int64_t>();
    progress.best_loss = json.at("best").at(1).get<double>();
    MOTE_ASSIGN_OR_RETURN(progress.best_state, DecodeRef(json.at("best").at(2)));
    progress.loss_sum = json.at("loss").at(0).get<double>();
    progress.loss_rows = json.at("loss").at(1).get<int64_t>();
    progress.history = json.at("history");
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not the memo of a training run: ", error.what()));
  }
  return progress;
}

}  // namespace mote::coordinator
