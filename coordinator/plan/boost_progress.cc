#include "coordinator/plan/boost_progress.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/plan/plan_memo.h"

namespace mote::coordinator {
namespace {

Json EncodeRef(const std::optional<ArtifactRef>& ref) { return ref ? Json(ref->ToString()) : Json(); }

absl::StatusOr<std::optional<ArtifactRef>> DecodeRef(const Json& json) {
  if (json.is_null()) return std::optional<ArtifactRef>();
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef ref, ArtifactRef::Parse(json.get<std::string>()));
  return std::optional<ArtifactRef>(ref);
}

absl::StatusOr<BoostProgress> FromJson(const Json& json) {
  BoostProgress progress;
  json.at("phase").get_to(progress.phase);
  json.at("round").get_to(progress.round);
  json.at("classes").get_to(progress.classes);
  json.at("totals").get_to(progress.totals);
  progress.mean = json.at("labels").at(0);
  progress.scale = json.at("labels").at(1);
  MOTE_ASSIGN_OR_RETURN(progress.edges, DecodeValue(json.at("edges")));
  MOTE_ASSIGN_OR_RETURN(progress.binned, DecodeValue(json.at("binned")));
  MOTE_ASSIGN_OR_RETURN(progress.validate, DecodeValue(json.at("validate")));
  for (const Json& level : json.at("levels")) {
    MOTE_ASSIGN_OR_RETURN(Value sums, DecodeValue(level));
    progress.levels.push_back(std::move(sums));
  }
  MOTE_ASSIGN_OR_RETURN(progress.model, DecodeRef(json.at("model")));
  MOTE_ASSIGN_OR_RETURN(progress.best_model, DecodeRef(json.at("best").at(0)));
  progress.best_round = json.at("best").at(1);
  progress.best_loss = json.at("best").at(2);
  json.at("grown").get_to(progress.grown);
  json.at("losses").get_to(progress.losses);
  return progress;
}

}  // namespace

std::vector<ArtifactRef> BoostProgress::artifacts() const {
  std::vector<ArtifactRef> refs;
  const auto add = [&](const std::optional<ArtifactRef>& ref) {
    if (ref && std::find(refs.begin(), refs.end(), *ref) == refs.end()) refs.push_back(*ref);
  };
  add(model);
  add(best_model);
  for (const Value* value : {&edges, &binned, &validate}) add(value->artifact);
  for (const Value& level : levels) add(level.artifact);
  return refs;
}

std::string BoostProgress::Encode() const {
  Json encoded_levels = Json::array();
  for (const Value& level : levels) encoded_levels.push_back(EncodeValue(level));
  return Json{{"phase", phase},
              {"round", round},
              {"classes", classes},
              {"totals", totals},
              {"labels", {mean, scale}},
              {"edges", EncodeValue(edges)},
              {"binned", EncodeValue(binned)},
              {"validate", EncodeValue(validate)},
              {"levels", std::move(encoded_levels)},
              {"model", EncodeRef(model)},
              {"best", {EncodeRef(best_model), best_round, best_loss}},
              {"grown", grown},
              {"losses", losses}}
      .dump();
}

absl::StatusOr<BoostProgress> BoostProgress::Decode(std::string_view memo) {
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(memo));
  try {
    return FromJson(json);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not the memo of a boosting run: ", error.what()));
  }
}

}  // namespace mote::coordinator
