#include "worker/engine/trees/boost_pass.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

BoostSettings ReadSettings(const Json& json) {
  BoostSettings settings;
  json.at("learning_rate").get_to(settings.learning_rate);
  json.at("l2").get_to(settings.l2);
  json.at("gain_min").get_to(settings.gain_min);
  json.at("rows_min").get_to(settings.rows_min);
  json.at("depth").get_to(settings.depth);
  json.at("rows").get_to(settings.rows);
  json.at("gradient_unit").get_to(settings.gradient_unit);
  json.at("curvature_unit").get_to(settings.curvature_unit);
  json.at("outputs").get_to(settings.outputs);
  return settings;
}

}  // namespace

absl::StatusOr<BoostPass> BoostPass::Open(const PassSpec& pass, TreeCaches& caches, TaskContext& context) {
  BoostPass opened;
  MOTE_ASSIGN_OR_RETURN(const Json json,
                        ReadParameters<Json>(pass, [](const Json& all) { return all.at("settings"); }));
  MOTE_ASSIGN_OR_RETURN(opened.settings,
                        ReadParameters<BoostSettings>(pass, [&json](const Json&) { return ReadSettings(json); }));
  opened.settings_text = json.dump();
  MOTE_ASSIGN_OR_RETURN(opened.model, caches.Model(pass, context));
  opened.offsets = std::make_unique<const BinOffsets>(opened.model->edges());
  opened.levels = std::make_unique<BoostLevels>(opened.settings, *opened.offsets);
  for (int64_t level = 0;; ++level) {
    const auto root = pass.inputs.find(absl::StrCat("level", level));
    if (root == pass.inputs.end()) return opened;
    MOTE_ASSIGN_OR_RETURN(const std::string sums, ReadValue(root->second, context));
    MOTE_RETURN_IF_ERROR(opened.levels->AddLevel(sums));
  }
}

absl::StatusOr<BoostRows*> KeptRows(const PassSpec& pass, const std::string& settings, TaskRange range,
                                    RowSource& source, TreeCaches& caches, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const Value* const input, InputOf(pass, "input"));
  std::string key = absl::StrCat(range.begin, " ", range.end, " ", settings, " ", KeyOf(*input));
  if (BoostRows* const kept = caches.boost_rows().Find(key)) return kept;
  MOTE_ASSIGN_OR_RETURN(BinnedRows rows, BinnedRows::Read(source, range, context));
  return caches.boost_rows().Insert(std::move(key), BoostRows(std::move(rows)));
}

}  // namespace mote::engine
