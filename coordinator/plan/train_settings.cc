#include "coordinator/plan/train_settings.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "coordinator/plan/declare.h"

namespace mote::coordinator {
namespace {

using Kind = Parameter::Kind;

constexpr int64_t kLayersMax = 32;
constexpr int64_t kUnitsMax = 65536;
// The history of all epochs travels in the plan's memo, which stays small.
constexpr int64_t kEpochsMax = 1000;
constexpr int64_t kPartsMax = 65536;
// The rates of a round's steps travel in its pass.
constexpr int64_t kLocalStepsMax = 1000;
constexpr int64_t kBatchMax = int64_t{1} << 24;

absl::Status Wrong(const std::string& path, const std::string& value, const std::string& rule) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", value, " ", rule));
}

std::vector<Parameter> ModelParameters(const std::string& kind) {
  if (kind == "linear") return {};
  return {Declare("hidden", Kind::kList, "[64,32]", "units of each hidden layer"),
          Declare("activation", Kind::kText, "\"relu\"", "relu, tanh or gelu")};
}

std::vector<Parameter> OptimizerParameters(const std::string& name) {
  if (name == "sgd") {
    return {Declare("lr", Kind::kNumber, "0.01", "step size"), Declare("momentum", Kind::kNumber, "0", "in [0, 1)"),
            Declare("weight_decay", Kind::kNumber, "0", "added to the gradient, times the weight")};
  }
  return {Declare("lr", Kind::kNumber, "0.001", "step size"),
          Declare("betas", Kind::kList, "[0.9,0.999]", "decay of the two moments, each in [0, 1)"),
          Declare("eps", Kind::kNumber, "1e-8", "added to the root of the second moment"),
          Declare("weight_decay", Kind::kNumber, name == "adamw" ? "0.01" : "0",
                  "adamw: shrinks the weight; adam: added to the gradient")};
}

// {x: {…}} or the bare word x: the one name and its settings.
absl::StatusOr<std::pair<std::string, Json>> OneOf(const std::string& path, const Json& choice,
                                                   const std::vector<std::string>& known) {
  const bool word = choice.is_string();
  if (!word && (!choice.is_object() || choice.size() != 1)) {
    return Wrong(path, choice.dump(), "is not one choice; write {" + known.front() + ": {}}");
  }
  const std::string name = word ? choice.get<std::string>() : choice.begin().key();
  Json settings = word || choice.begin()->is_null() ? Json::object() : *choice.begin();
  for (const std::string& candidate : known) {
    if (name == candidate && settings.is_object()) return std::make_pair(name, std::move(settings));
  }
  if (!settings.is_object()) return Wrong(absl::StrCat(path, ".", name), settings.dump(), "is not a map of settings");
  std::string list;
  for (const std::string& candidate : known) absl::StrAppend(&list, list.empty() ? "" : ", ", candidate);
  return Wrong(path, "\"" + name + "\"", absl::StrCat("is not known", DidYouMean(name, known), " (", list, ")"));
}

absl::Status CheckNested(const std::string& path, const std::vector<Parameter>& declared, Json* settings) {
  const std::vector<Violation> violations = CheckParameters(declared, settings);
  if (violations.empty()) return absl::OkStatus();
  const Violation& first = violations.front();
  return absl::InvalidArgumentError(absl::StrCat(path, ".", first.path, ": ", first.message));
}

absl::StatusOr<Json> ParseModel(const Json& choice) {
  MOTE_ASSIGN_OR_RETURN(auto chosen, OneOf("model", choice, {"mlp", "linear", "torchscript"}));
  auto& [kind, settings] = chosen;
  const std::string path = "model." + kind;
  if (kind == "torchscript") {
    const bool is_file = settings.size() == 2 && settings.contains("artifact") && settings.contains("name") &&
                         settings["artifact"].is_string() && settings["name"].is_string();
    if (!is_file) return Wrong(path, settings.dump(), "is no file; write {path: model.pt}");
    return Json{{"kind", "script"}, {"file", settings["artifact"]}, {"name", settings["name"]}};
  }
  if (settings.contains("dropout")) {
    return Wrong(path + ".dropout", settings["dropout"].dump(), "is not supported yet; leave it out");
  }
  MOTE_RETURN_IF_ERROR(CheckNested(path, ModelParameters(kind), &settings));
  if (kind == "linear") return Json{{"kind", "mlp"}, {"hidden", Json::array()}, {"activation", "relu"}};
  const std::string activation = settings["activation"];
  if (activation != "relu" && activation != "tanh" && activation != "gelu") {
    return Wrong(path + ".activation", "\"" + activation + "\"",
                 absl::StrCat("is not relu, tanh or gelu", DidYouMean(activation, {"relu", "tanh", "gelu"})));
  }
  if (settings["hidden"].size() > kLayersMax) {
    return Wrong(path + ".hidden", absl::StrCat(settings["hidden"].size(), " layers"),
                 absl::StrCat("are more than ", kLayersMax));
  }
  for (size_t i = 0; i < settings["hidden"].size(); ++i) {
    const Json& units = settings["hidden"][i];
    if (units.is_number_integer() && units >= 1 && units <= kUnitsMax) continue;
    return Wrong(absl::StrCat(path, ".hidden[", i, "]"), units.dump(),
                 absl::StrCat("is not a number of units from 1 to ", kUnitsMax));
  }
  return Json{{"kind", "mlp"}, {"hidden", settings["hidden"]}, {"activation", activation}};
}

absl::Status CheckFraction(const std::string& path, const Json& value) {
  if (value.is_number() && value >= 0.0 && value < 1.0) return absl::OkStatus();
  return Wrong(path, value.dump(), "is not in [0, 1)");
}

absl::StatusOr<Json> ParseOptimizer(const Json& choice) {
  MOTE_ASSIGN_OR_RETURN(auto chosen, OneOf("optimizer", choice, {"adamw", "adam", "sgd"}));
  auto& [name, settings] = chosen;
  const std::string path = "optimizer." + name;
  MOTE_RETURN_IF_ERROR(CheckNested(path, OptimizerParameters(name), &settings));
  if (!(settings["lr"] > 0.0)) return Wrong(path + ".lr", settings["lr"].dump(), "is not above 0");
  if (!(settings["weight_decay"] >= 0.0)) {
    return Wrong(path + ".weight_decay", settings["weight_decay"].dump(), "is negative");
  }
  if (name == "sgd") {
    MOTE_RETURN_IF_ERROR(CheckFraction(path + ".momentum", settings["momentum"]));
  } else {
    if (settings["betas"].size() != 2) return Wrong(path + ".betas", settings["betas"].dump(), "are not two numbers");
    MOTE_RETURN_IF_ERROR(CheckFraction(path + ".betas[0]", settings["betas"][0]));
    MOTE_RETURN_IF_ERROR(CheckFraction(path + ".betas[1]", settings["betas"][1]));
    if (!(settings["eps"] > 0.0)) return Wrong(path + ".eps", settings["eps"].dump(), "is not above 0");
  }
  settings["name"] = name;
  return std::move(settings);
}

absl::StatusOr<int64_t> InRange(const Params& params, const std::string& name, int64_t least, int64_t most) {
  const int64_t value = params.Integer(name);
  if (value >= least && value <= most) return value;
  return Wrong(name, absl::StrCat(value), absl::StrCat("is not in ", least, " to ", most));
}

// The choice between two words; true for the second.
absl::StatusOr<bool> Second(const Params& params, const std::string& name, const std::string& first,
                            const std::string& second) {
  const std::string value = params.Text(name);
  if (value == first || value == second) return value == second;
  return Wrong(name, "\"" + value + "\"",
               absl::StrCat("is neither ", first, " nor ", second, DidYouMean(value, {first, second})));
}

absl::Status ParseClassWeights(const Json& weights, const Params& params, TrainSettings* settings) {
  if (!weights.is_array()) {
    if (!weights.is_string()) return Wrong("class_weights", weights.dump(), "is neither none, balanced nor a list");
    MOTE_ASSIGN_OR_RETURN(settings->balanced, Second(params, "class_weights", "none", "balanced"));
    return absl::OkStatus();
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    const std::string path = absl::StrCat("class_weights[", i, "]");
    if (!weights[i].is_number() || !(weights[i] >= 0.0)) return Wrong(path, weights[i].dump(), "is no weight");
    settings->class_weights.push_back(weights[i].get<double>());
  }
  if (weights.empty()) return Wrong("class_weights", "[]", "has no weight");
  return absl::OkStatus();
}

// {parts: 4, steps: 8}.
absl::Status ParseLocal(Json local, TrainSettings* settings) {
  std::vector<Parameter> declared = {
      Declare("parts", Kind::kInteger, "", "that the rows are dealt into"),
      Declare("steps", Kind::kInteger, "8", "of each part between two averages"),
  };
  declared[0].optional = true;  // pinned rows are parts already
  MOTE_RETURN_IF_ERROR(CheckNested("local", declared, &local));
  const auto in_range = [&](const char* name, int64_t most) -> absl::StatusOr<int64_t> {
    const auto value = local[name].get<int64_t>();
    if (value >= 1 && value <= most) return value;
    return Wrong(absl::StrCat("local.", name), absl::StrCat(value), absl::StrCat("is not in 1 to ", most));
  };
  settings->local = true;
  if (local.contains("parts")) {
    MOTE_ASSIGN_OR_RETURN(settings->parts, in_range("parts", kPartsMax));
  }
  MOTE_ASSIGN_OR_RETURN(settings->local_steps, in_range("steps", kLocalStepsMax));
  return absl::OkStatus();
}

}  // namespace

std::vector<Parameter> TrainParameters() {
  std::vector<Parameter> parameters = {
      Declare("model", Kind::kAny, R"({"mlp":{}})",
              "mlp: {hidden: [64, 32], activation: relu|tanh|gelu}, or linear (logistic regression), or a module of "
              "your own: torchscript: {path: model.pt}"),
      Declare("optimizer", Kind::kAny, R"({"adamw":{}})",
              "adamw or adam: {lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weight_decay}, "
              "or sgd: {lr: 0.01, momentum: 0, weight_decay: 0}; PyTorch's formulas"),
      Declare("loss", Kind::kText, "\"cross_entropy\"", "cross_entropy"),
      Declare("epochs", Kind::kInteger, "10", "passes over the rows, 1 to 1000"),
      Declare("batch_size", Kind::kInteger, "32", "rows of a step"),
      Declare("validate", Kind::kReference, "", "table to measure after each epoch, such as clean.dev"),
      Declare("seed", Kind::kInteger, "0", "of the first weights and of the order of rows"),
      Declare("keep", Kind::kText, "\"last\"", "which epoch's model: last, or best (least validation loss)"),
      Declare("class_weights", Kind::kAny, "\"none\"",
              "none, balanced (rare classes weigh more in the loss), or a list, one for each class"),
      Declare("schedule", Kind::kAny, "\"constant\"",
              "of the learning rate: constant, linear or cosine: {warm_up: steps, least: share}, or steps: {every: "
              "epochs, factor: 0.1}"),
      Declare(
          "precision", Kind::kText, "\"full\"",
          "of the matrix products of gradients: full (32 bits), or mixed (bfloat16, for GPUs: the weights, sums and "
          "the model stay in 32 bits)"),
      Declare("clip", Kind::kNumber, "0", "a step's gradient that is longer is shortened to this length; 0: never"),
      Declare("patience", Kind::kInteger, "0",
              "stop after so many epochs without a lower validation loss; 0: run all epochs"),
      Declare("local", Kind::kObject, "",
              "{parts: 4, steps: 8}: the rows are dealt into parts, each takes so many steps of its own, and their "
              "weights are averaged (FedAvg); of pinned rows each worker's are a part; without it, every step sums the "
              "gradients of its batch"),
      Declare("start", Kind::kReference, "", "stage.model whose weights are the first ones, instead of random ones"),
  };
  for (Parameter& parameter : parameters) {
    parameter.optional = parameter.kind == Kind::kReference || parameter.name == "local";
  }
  return parameters;
}

absl::StatusOr<TrainSettings> ParseTrainSettings(const Json& parameters) {
  const Params params(parameters);
  TrainSettings settings;
  MOTE_ASSIGN_OR_RETURN(settings.model, ParseModel(parameters.at("model")));
  MOTE_ASSIGN_OR_RETURN(settings.optimizer, ParseOptimizer(parameters.at("optimizer")));
  if (params.Text("loss") != "cross_entropy") {
    return Wrong("loss", "\"" + params.Text("loss") + "\"", "is not supported yet; use cross_entropy");
  }
  MOTE_ASSIGN_OR_RETURN(settings.epochs, InRange(params, "epochs", 1, kEpochsMax));
  MOTE_ASSIGN_OR_RETURN(settings.batch_size, InRange(params, "batch_size", 1, kBatchMax));
  MOTE_ASSIGN_OR_RETURN(settings.seed, InRange(params, "seed", 0, int64_t{1} << 53));
  MOTE_ASSIGN_OR_RETURN(settings.keep_best, Second(params, "keep", "last", "best"));
  MOTE_RETURN_IF_ERROR(ParseClassWeights(parameters.at("class_weights"), params, &settings));
  MOTE_ASSIGN_OR_RETURN(settings.schedule, LearningRate::Parse(parameters.at("schedule")));
  if (const Json* local = params.Find("local")) MOTE_RETURN_IF_ERROR(ParseLocal(*local, &settings));
  MOTE_ASSIGN_OR_RETURN(settings.mixed, Second(params, "precision", "full", "mixed"));
  const bool is_script = settings.model.at("kind") == "script";
  if (is_script && settings.mixed) {
    return absl::InvalidArgumentError(
        "precision: mixed is for mlp and linear; a module says itself what it computes with");
  }
  if (is_script && params.Find("start") != nullptr) {
    return absl::InvalidArgumentError("start: the first weights of a module are those in its file; leave start out");
  }
  settings.clip = params.Number("clip");
  if (!(settings.clip >= 0)) return Wrong("clip", absl::StrCat(settings.clip), "is negative");
  MOTE_ASSIGN_OR_RETURN(settings.patience, InRange(params, "patience", 0, kEpochsMax));
  if (settings.patience > 0 && params.Find("validate") == nullptr) {
    return absl::InvalidArgumentError("patience: early stopping needs a table to measure on; set validate");
  }
  if (settings.keep_best && params.Find("validate") == nullptr) {
    return absl::InvalidArgumentError("keep: best needs a table to compare epochs on; set validate, or keep: last");
  }
  return settings;
}

}  // namespace mote::coordinator
