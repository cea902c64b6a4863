#include "coordinator/plan/sweep_space.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/json_params.h"
#include "common/philox.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "coordinator/plan/measure.h"

namespace mote::coordinator {
namespace {

// The leaderboard and the memo hold an entry a trial.
constexpr int64_t kTrialsMax = 500;
constexpr int64_t kFoldsMax = 20;

absl::Status Wrong(const std::string& path, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

// Settings called `name` anywhere inside `json`.
void FindAll(Json& json, const std::string& name, std::vector<Json*>* found) {
  if (!json.is_object()) return;
  for (auto it = json.begin(); it != json.end(); ++it) {
    if (it.key() == name) found->push_back(&*it);
    FindAll(*it, name, found);
  }
}

// Sets what `name` stands for: a path with dots; a setting of that name, wherever it
// stands in the stage; else a parameter of the operation.
absl::Status Set(const std::string& name, const Json& value, Json* parameters) {
  if (name.find('.') == std::string::npos) {
    std::vector<Json*> found;
    FindAll(*parameters, name, &found);
    if (found.size() > 1) {
      return Wrong(name, absl::StrCat("the stage has ", found.size(),
                                      " settings of this name; write the one meant with its path, as in a.b.", name));
    }
    (found.empty() ? (*parameters)[name] : *found[0]) = value;
    return absl::OkStatus();
  }
  Json* at = parameters;
  for (const auto& part : absl::StrSplit(name, '.')) {
    const std::string key(part);
    if (at->is_null()) *at = Json::object();
    if (at->is_string()) *at = Json{{at->get<std::string>(), Json::object()}};  // a bare word
    if (!at->is_object()) return Wrong(name, absl::StrCat("leads into ", at->dump(), ", which has no settings"));
    at = &(*at)[key];
  }
  *at = value;
  return absl::OkStatus();
}

using Space = std::vector<std::pair<std::string, Json>>;  // by name

absl::StatusOr<Space> ParseSpace(const Json& map, const std::string& path) {
  if (!map.is_object() || map.empty()) return Wrong(path, absl::StrCat(map.dump(), " is not a map of names to values"));
  Space space;
  for (auto it = map.begin(); it != map.end(); ++it) space.emplace_back(it.key(), *it);
  return space;
}

absl::StatusOr<std::vector<Json>> GridOf(const Space& space, const std::string& path) {
  std::vector<Json> grid = {Json::object()};
  for (const auto& [name, values] : space) {
    if (!values.is_array() || values.empty()) {
      return Wrong(absl::StrCat(path, ".", name), absl::StrCat(values.dump(), " is not a list of values"));
    }
    if (static_cast<int64_t>(grid.size() * values.size()) > kTrialsMax) {
      return Wrong(path, absl::StrCat("more than ", kTrialsMax, " trials; draw some of them with random"));
    }
    std::vector<Json> wider;
    for (const Json& point : grid) {
      for (const Json& value : values) {
        wider.push_back(point);
        wider.back()[name] = value;
      }
    }
    grid = std::move(wider);
  }
  return grid;
}

// A value by one number in [0, 1): of a list an element, of {from, to} a number between.
absl::StatusOr<Json> Draw(const Json& values, double at, const std::string& path) {
  if (values.is_array() && !values.empty()) {
    return values[static_cast<size_t>(at * static_cast<double>(values.size()))];
  }
  const bool range = values.is_object() && values.contains("from") && values.contains("to") &&
                     values["from"].is_number() && values["to"].is_number();
  if (!range) return Wrong(path, absl::StrCat(values.dump(), " is neither a list nor {from: …, to: …}"));
  MOTE_RETURN_IF_ERROR(ToStatus(CheckKeys(values, {"from", "to", "log"}, path)));
  const double from = values["from"];
  const double to = values["to"];
  const bool log = values.contains("log") && values["log"] == true;
  if (!(from < to) || (log && from <= 0)) {
    return Wrong(path, absl::StrCat(values.dump(), " is no range", log ? " of numbers above 0" : ""));
  }
  if (values["from"].is_number_integer() && values["to"].is_number_integer() && !log) {
    return Json(values["from"].get<int64_t>() + static_cast<int64_t>(at * (to - from + 1)));
  }
  const double drawn = log ? std::exp(std::log(from) + at * (std::log(to) - std::log(from))) : from + at * (to - from);
  // Six digits: what the C library's last bit is does not show.
  return Json::parse(absl::StrFormat("%.6g", drawn));
}

absl::StatusOr<std::vector<Json>> RandomOf(const Space& space, const Json& over, int64_t seed) {
  if (!over.contains("trials") || !over["trials"].is_number_integer() || over["trials"] < 1 ||
      over["trials"] > kTrialsMax) {
    return Wrong("over.trials", absl::StrCat("random needs how many to draw, 1 to ", kTrialsMax));
  }
  std::vector<Json> points;
  for (int64_t trial = 0; trial < over["trials"].get<int64_t>(); ++trial) {
    const Philox random(static_cast<uint64_t>(seed), static_cast<uint64_t>(trial));
    Json point = Json::object();
    for (size_t i = 0; i < space.size(); ++i) {
      MOTE_ASSIGN_OR_RETURN(point[space[i].first],
                            Draw(space[i].second, random.Uniform(i), absl::StrCat("over.random.", space[i].first)));
    }
    points.push_back(std::move(point));
  }
  return points;
}

// What halving gives more of, by operation.
std::string ResourceOf(const std::string& operation) {
  static const auto* const resources =
      new std::map<std::string, std::string>{{"train", "epochs"}, {"boost", "rounds"}, {"forest", "trees"}};
  const auto found = resources->find(operation);
  return found == resources->end() ? "" : found->second;
}

absl::Status ParseRungs(const Json& over, const std::string& operation, const Json& parameters, SweepSpace* space) {
  space->resource = ResourceOf(operation);
  if (space->resource.empty()) {
    return Wrong("over.halving", absl::StrCat(operation, " has nothing to give more of; use grid or random"));
  }
  space->keep_one_in = 3;
  if (over.contains("keep_one_in")) {
    if (!over["keep_one_in"].is_number_integer() || over["keep_one_in"] < 2 || over["keep_one_in"] > 100) {
      return Wrong("over.keep_one_in", absl::StrCat(over["keep_one_in"].dump(), " is not in 2 to 100"));
    }
    space->keep_one_in = over["keep_one_in"].get<int64_t>();
  }
  space->rungs.clear();
  if (!over.contains(space->resource)) {
    const int64_t most = parameters.at(space->resource).get<int64_t>();
    const int64_t factor = space->keep_one_in;
    for (const int64_t divisor : {factor * factor, factor, int64_t{1}}) {
      const int64_t resource = std::max<int64_t>(most / divisor, 1);
      if (space->rungs.empty() || resource > space->rungs.back().resource) space->rungs.push_back({resource});
    }
    return absl::OkStatus();
  }
  const Json& given = over[space->resource];
  for (const Json& resource : given.is_array() ? given : Json::array()) {
    const bool more = resource.is_number_integer() && resource >= 1 &&
                      (space->rungs.empty() || resource > space->rungs.back().resource);
    if (!more) space->rungs.clear();
    if (!more) break;
    space->rungs.push_back({resource.get<int64_t>()});
  }
  if (!space->rungs.empty()) return absl::OkStatus();
  return Wrong(absl::StrCat("over.", space->resource),
               absl::StrCat(given.dump(), " is not an ascending list, such as [2, 6, 18]"));
}

absl::Status ParseSelect(const Json& parameters, SweepSpace* space) {
  const Json& select = parameters.at("select");
  MOTE_RETURN_IF_ERROR(ToStatus(CheckKeys(select, {"by", "keep", "folds"}, "select")));
  if (!select.contains("by") || !select["by"].is_string()) {
    return Wrong("select.by", "missing; name a measure of classification_report, such as dev.f1_macro");
  }
  space->metric = select["by"].get<std::string>();
  space->least = IsLoss(space->metric);
  if (select.contains("keep") && select["keep"] != 1) {
    return Wrong("select.keep", absl::StrCat(select["keep"].dump(), " is not supported yet; use 1"));
  }
  if (select.contains("folds")) {
    const Json& folds = select["folds"];
    if (!folds.is_number_integer() || folds < 2 || folds > kFoldsMax) {
      return Wrong("select.folds", absl::StrCat(folds.dump(), " is not in 2 to ", kFoldsMax));
    }
    space->folds = folds.get<int64_t>();
  } else if (!parameters.contains("measure") || parameters["measure"].is_null()) {
    return Wrong("select.by", "no table to measure on; write dev.f1_macro for the split dev, or set select.folds");
  }
  return absl::OkStatus();
}

// `validate`: the sweep's, null where it has none.
absl::Status CheckTrial(const PlannerTable& planners, const Json& validate, Trial* trial) {
  const Planner* planner = planners.Find(trial->operation);
  const bool trains = planner != nullptr && planner->description().kinds.contains("model") &&
                      !planner->OutputNames(trial->parameters).empty() && trial->operation != "infer";
  if (!trains) {
    return Wrong("over",
                 absl::StrCat("operation \"", trial->operation, "\" yields no model that trials can be compared by"));
  }
  for (const Parameter& parameter : planner->description().parameters) {
    if (parameter.kind != Parameter::Kind::kReference || parameter.name == "validate") continue;
    const auto given = trial->parameters.find(parameter.name);
    if (given == trial->parameters.end() || given->is_null()) continue;
    return Wrong(parameter.name, absl::StrCat(given->dump(), " is not supported yet in a stage with over"));
  }
  // Checked with the reference that it will have, kept without.
  Json parameters = trial->parameters;
  if (trial->validates) parameters["validate"] = validate;
  absl::Status checked = ToStatus(CheckParameters(planner->description().parameters, &parameters));
  if (checked.ok()) checked = planner->Validate(parameters);
  if (!checked.ok()) {
    return Wrong(absl::StrCat("trial ", trial->varied.dump()), std::string(checked.message()));
  }
  parameters.erase("validate");
  trial->parameters = std::move(parameters);
  return absl::OkStatus();
}

// {candidates: [{forest: {…}}, …]}: operations side by side. Those that validate do so on
// one table, which the client also names as the sweep's.
absl::Status ParseCandidates(const Json& candidates, const Json& validate, SweepSpace* space) {
  if (!candidates.is_array() || candidates.empty()) {
    return Wrong("over.candidates", absl::StrCat(candidates.dump(), " is not a list of operations"));
  }
  for (const Json& candidate : candidates) {
    const bool word = candidate.is_string();
    const bool map = candidate.is_object() && candidate.size() == 1;
    if (!word && !map) {
      return Wrong("over.candidates", absl::StrCat(candidate.dump(), " is not one operation, as in {forest: {}}"));
    }
    Json parameters = word || candidate.begin()->is_null() ? Json::object() : *candidate.begin();
    const Json own = parameters.is_object() ? parameters.value("validate", Json()) : Json();
    if (!own.is_null() && own != validate) {
      return Wrong("over.candidates",
                   absl::StrCat("validate: ", own.dump(), " is another table than the ", validate.dump(),
                                " of the sweep; let all candidates validate on one table"));
    }
    space->trials.push_back({word ? candidate.get<std::string>() : candidate.begin().key(), std::move(parameters),
                             Json{{"operation", candidate}}, !own.is_null()});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Json>> ParsePoints(const std::string& kind, const Json& over, int64_t seed) {
  MOTE_ASSIGN_OR_RETURN(const Space named, ParseSpace(over.at(kind), absl::StrCat("over.", kind)));
  return kind == "random" ? RandomOf(named, over, seed) : GridOf(named, absl::StrCat("over.", kind));
}

// Which of the four kinds `over` is.
absl::StatusOr<std::string> KindOf(const Json& over) {
  std::string kind;
  for (const char* known : {"candidates", "grid", "halving", "random"}) {
    if (!over.contains(known)) continue;
    if (!kind.empty()) return Wrong("over", absl::StrCat("has both ", kind, " and ", known, "; use one"));
    kind = known;
  }
  if (kind.empty()) return Wrong("over", "wants one of grid, random, halving and candidates");
  MOTE_RETURN_IF_ERROR(
      ToStatus(CheckKeys(over, {kind, "seed", "trials", "keep_one_in", "epochs", "rounds", "trees"}, "over")));
  return kind;
}

}  // namespace

absl::StatusOr<SweepSpace> SweepSpace::Parse(const Json& parameters, const PlannerTable& planners) {
  SweepSpace space;
  space.rungs = {Rung()};
  const Json& over = parameters.at("over");
  MOTE_ASSIGN_OR_RETURN(const std::string kind, KindOf(over));
  if (over.contains("seed")) {
    if (!over["seed"].is_number_integer() || over["seed"] < 0) {
      return Wrong("over.seed", absl::StrCat(over["seed"].dump(), " is not an integer from 0 on"));
    }
    space.seed = over["seed"].get<int64_t>();
  }
  MOTE_RETURN_IF_ERROR(ParseSelect(parameters, &space));
  const std::string operation = parameters.at("of").get<std::string>();
  const Json validate = parameters.value("validate", Json());
  if (kind == "candidates") {
    MOTE_RETURN_IF_ERROR(ParseCandidates(over["candidates"], validate, &space));
  } else {
    MOTE_ASSIGN_OR_RETURN(const std::vector<Json> points, ParsePoints(kind, over, space.seed));
    for (const Json& point : points) {
      Trial trial{operation, parameters.at("with"), point, !validate.is_null()};
      for (auto it = point.begin(); it != point.end(); ++it) {
        const absl::Status set = Set(it.key(), *it, &trial.parameters);
        if (!set.ok()) return Wrong(absl::StrCat("over.", kind), std::string(set.message()));
      }
      space.trials.push_back(std::move(trial));
    }
  }
  for (Trial& trial : space.trials) MOTE_RETURN_IF_ERROR(CheckTrial(planners, validate, &trial));
  if (kind == "halving") {
    MOTE_RETURN_IF_ERROR(ParseRungs(over, operation, space.trials[0].parameters, &space));
  }
  return space;
}

Json SweepSpace::ParametersOf(size_t trial, size_t rung) const {
  Json parameters = trials[trial].parameters;
  if (rungs[rung].resource > 0) parameters[resource] = rungs[rung].resource;
  return parameters;
}

size_t SweepSpace::Kept(size_t trials_before) const {
  const auto factor = static_cast<size_t>(keep_one_in);
  return (trials_before + factor - 1) / factor;
}

}  // namespace mote::coordinator
