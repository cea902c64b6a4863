// What is trained: mote's own classifier, or a TorchScript module of the user's.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/json.h"
#include "worker/engine/torch_kernels/mlp_spec.h"

namespace mote::engine {

// A program of its own: its file has the first weights too.
struct ScriptSpec {
  ArtifactRef file;
  std::string name;                        // of the file, as the user calls it
  int64_t in = 0;                          // numbers of a row
  int64_t out = 0;                         // classes: a score of each is what forward yields
  std::vector<ParameterShape> parameters;  // in the module's order; empty: not looked at yet

  bool operator==(const ScriptSpec&) const = default;
};

struct ModelSpec {
  std::variant<MlpSpec, ScriptSpec> kind;

  bool operator==(const ModelSpec&) const = default;
  const ScriptSpec* script() const { return std::get_if<ScriptSpec>(&kind); }
  int64_t in() const;
  int64_t out() const;
  std::vector<ParameterShape> Parameters() const;
  int64_t ParameterCount() const;

  // As MlpSpec's, or {"kind": "script", "file", "name", "in", "out", "parameters": [[name,
  // [size, …]], …]}: metadata "mote.model" of a state.
  Json ToJson() const;
  // InvalidArgument: neither.
  static absl::StatusOr<ModelSpec> FromJson(const Json& json);
};

}  // namespace mote::engine
