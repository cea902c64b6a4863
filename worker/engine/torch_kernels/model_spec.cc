#include "worker/engine/torch_kernels/model_spec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

constexpr int64_t kScriptParametersMax = int64_t{1} << 32;

absl::StatusOr<ScriptSpec> ScriptFromJson(const Json& json) {
  ScriptSpec spec;
  int64_t offset = 0;
  try {
    MOTE_ASSIGN_OR_RETURN(spec.file, ArtifactRef::Parse(json.at("file").get<std::string>()));
    json.at("name").get_to(spec.name);
    json.at("in").get_to(spec.in);
    json.at("out").get_to(spec.out);
    for (const Json& parameter : json.value("parameters", Json::array())) {
      ParameterShape shape{parameter.at(0).get<std::string>(), parameter.at(1).get<std::vector<int64_t>>(), offset, 1};
      for (const int64_t size : shape.shape) {
        if (size < 1 || size > kScriptParametersMax / shape.count) {
          return absl::InvalidArgumentError(absl::StrCat("parameter \"", shape.name, "\" has an impossible size"));
        }
        shape.count *= size;
      }
      offset += shape.count;
      if (offset > kScriptParametersMax) return absl::InvalidArgumentError("a module with too many parameters");
      spec.parameters.push_back(std::move(shape));
    }
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not a module that train knows: ", error.what()));
  }
  if (spec.in < 1 || spec.out < 1) return absl::InvalidArgumentError("a module without features or classes");
  return spec;
}

}  // namespace

int64_t ModelSpec::in() const {
  return std::visit([](const auto& spec) { return spec.in; }, kind);
}

int64_t ModelSpec::out() const {
  return std::visit([](const auto& spec) { return spec.out; }, kind);
}

std::vector<ParameterShape> ModelSpec::Parameters() const {
  return script() != nullptr ? script()->parameters : std::get<MlpSpec>(kind).Parameters();
}

int64_t ModelSpec::ParameterCount() const {
  int64_t count = 0;
  for (const ParameterShape& parameter : Parameters()) count += parameter.count;
  return count;
}

Json ModelSpec::ToJson() const {
  if (script() == nullptr) return std::get<MlpSpec>(kind).ToJson();
  Json parameters = Json::array();
  for (const ParameterShape& parameter : script()->parameters) parameters.push_back({parameter.name, parameter.shape});
  return {{"kind", "script"},     {"file", script()->file.ToString()},  {"name", script()->name}, {"in", script()->in},
          {"out", script()->out}, {"parameters", std::move(parameters)}};
}

absl::StatusOr<ModelSpec> ModelSpec::FromJson(const Json& json) {
  ModelSpec spec;
  if (json.is_object() && json.value("kind", Json()) == "script") {
    MOTE_ASSIGN_OR_RETURN(spec.kind, ScriptFromJson(json));
  } else {
    MOTE_ASSIGN_OR_RETURN(spec.kind, MlpSpec::FromJson(json));
  }
  return spec;
}

}  // namespace mote::engine
