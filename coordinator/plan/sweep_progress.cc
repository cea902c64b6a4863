#include "coordinator/plan/sweep_progress.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "coordinator/plan/plan_memo.h"

namespace mote::coordinator {
namespace {

Json EncodeOutputs(const Outputs& outputs) {
  Json json = Json::object();
  for (const auto& [name, output] : outputs) json[name] = EncodeOutput(output);
  return json;
}

absl::StatusOr<Outputs> DecodeOutputs(const Json& json) {
  Outputs outputs;
  for (auto it = json.begin(); it != json.end(); ++it) {
    MOTE_ASSIGN_OR_RETURN(outputs[it.key()], DecodeOutput(*it));
  }
  return outputs;
}

absl::StatusOr<SweepRun> DecodeRun(const Json& json) {
  SweepRun run;
  run.entry = json.at("at").at(0);
  run.fold = json.at("at").at(1);
  run.scoring = json.at("scoring");
  run.passes = json.at("passes");
  if (!absl::Base64Unescape(json.at("memo").get<std::string>(), &run.memo)) {
    return absl::InvalidArgumentError("not the memo of a trial");
  }
  MOTE_ASSIGN_OR_RETURN(run.outputs, DecodeOutputs(json.at("outputs")));
  return run;
}

Json EncodeScores(const std::vector<std::vector<std::optional<double>>>& scores) {
  Json all = Json::array();
  for (const auto& folds : scores) {
    Json entry = Json::array();
    for (const std::optional<double>& score : folds) entry.push_back(score ? Json(*score) : Json());
    all.push_back(std::move(entry));
  }
  return all;
}

absl::StatusOr<SweepProgress> FromJson(const Json& json) {
  SweepProgress progress;
  json.at("phase").get_to(progress.phase);
  json.at("rung").get_to(progress.rung);
  json.at("entries").get_to(progress.entries);
  json.at("begun").get_to(progress.begun);
  for (const Json& run : json.at("runs")) {
    MOTE_ASSIGN_OR_RETURN(SweepRun decoded, DecodeRun(run));
    progress.runs.push_back(std::move(decoded));
  }
  for (const Json& folds : json.at("scores")) {
    progress.scores.emplace_back();
    for (const Json& score : folds) {
      progress.scores.back().push_back(score.is_null() ? std::nullopt : std::optional<double>(score.get<double>()));
    }
  }
  for (const Json& fold : json.at("folds")) {
    MOTE_ASSIGN_OR_RETURN(Output decoded, DecodeOutput(fold));
    progress.folds.push_back(std::move(decoded));
  }
  MOTE_ASSIGN_OR_RETURN(progress.best, DecodeOutputs(json.at("best").at(0)));
  progress.best_trial = json.at("best").at(1);
  progress.best_score = json.at("best").at(2);
  progress.board = json.at("board");
  return progress;
}

void AddArtifacts(const Outputs& outputs, std::vector<ArtifactRef>* refs) {
  for (const auto& [name, output] : outputs) {
    if (output.content.artifact) refs->push_back(*output.content.artifact);
  }
}

}  // namespace

std::string SweepProgress::Encode() const {
  Json encoded_runs = Json::array();
  for (const SweepRun& run : runs) {
    encoded_runs.push_back({{"at", {run.entry, run.fold}},
                            {"scoring", run.scoring},
                            {"passes", run.passes},
                            {"memo", absl::Base64Escape(run.memo)},
                            {"outputs", EncodeOutputs(run.outputs)}});
  }
  Json encoded_folds = Json::array();
  for (const Output& fold : folds) encoded_folds.push_back(EncodeOutput(fold));
  return Json{{"phase", phase},
              {"rung", rung},
              {"entries", entries},
              {"begun", begun},
              {"runs", std::move(encoded_runs)},
              {"scores", EncodeScores(scores)},
              {"folds", std::move(encoded_folds)},
              {"best", {EncodeOutputs(best), best_trial, best_score}},
              {"board", board}}
      .dump();
}

absl::StatusOr<SweepProgress> SweepProgress::Decode(std::string_view memo) {
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(memo));
  try {
    return FromJson(json);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not the memo of a sweep: ", error.what()));
  }
}

std::vector<ArtifactRef> SweepProgress::artifacts() const {
  std::vector<ArtifactRef> refs;
  for (const SweepRun& run : runs) AddArtifacts(run.outputs, &refs);
  for (const Output& fold : folds) {
    if (fold.content.artifact) refs.push_back(*fold.content.artifact);
  }
  AddArtifacts(best, &refs);
  return refs;
}

}  // namespace mote::coordinator
