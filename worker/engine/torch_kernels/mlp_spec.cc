#include "worker/engine/torch_kernels/mlp_spec.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/philox.h"

namespace mote::engine {
namespace {

constexpr int64_t kSizeMax = int64_t{1} << 24;
constexpr int64_t kParametersMax = int64_t{1} << 32;
constexpr size_t kLayersMax = 64;

// 0: missing or no size.
int64_t SizeAt(const Json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_number_integer()) return 0;
  const int64_t size = json[key].get<int64_t>();
  return size <= kSizeMax ? size : 0;
}

}  // namespace

std::vector<ParameterShape> MlpSpec::Parameters() const {
  std::vector<ParameterShape> parameters;
  int64_t offset = 0;
  int64_t fan_in = in;
  const auto add = [&](std::string name, std::vector<int64_t> shape, int64_t count) {
    parameters.push_back({std::move(name), std::move(shape), offset, count, fan_in});
    offset += count;
  };
  for (size_t layer = 0; layer <= hidden.size(); ++layer) {
    const int64_t units = layer < hidden.size() ? hidden[layer] : out;
    add(absl::StrCat("layers.", layer, ".weight"), {units, fan_in}, units * fan_in);
    add(absl::StrCat("layers.", layer, ".bias"), {units}, units);
    fan_in = units;
  }
  return parameters;
}

int64_t MlpSpec::ParameterCount() const {
  int64_t count = 0;
  for (const ParameterShape& parameter : Parameters()) count += parameter.count;
  return count;
}

Json MlpSpec::ToJson() const {
  return {{"kind", "mlp"}, {"in", in}, {"hidden", hidden}, {"out", out}, {"activation", activation}};
}

absl::StatusOr<MlpSpec> MlpSpec::FromJson(const Json& json) {
  MlpSpec spec;
  const auto bad = [&] { return absl::InvalidArgumentError("not a model of mote's: " + json.dump()); };
  if (!json.is_object() || json.value("kind", Json()) != "mlp") return bad();
  if (!json.contains("hidden") || !json["hidden"].is_array() || json["hidden"].size() > kLayersMax) return bad();
  if (!json.contains("activation") || !json["activation"].is_string()) return bad();
  spec.in = SizeAt(json, "in");
  spec.out = SizeAt(json, "out");
  spec.activation = json["activation"].get<std::string>();
  for (const Json& units : json["hidden"]) {
    if (!units.is_number_integer() || units < 1 || units > kSizeMax) return bad();
    spec.hidden.push_back(units.get<int64_t>());
  }
  if (spec.in < 1 || spec.out < 1) return bad();
  if (spec.activation != "relu" && spec.activation != "tanh" && spec.activation != "gelu") return bad();
  if (spec.ParameterCount() > kParametersMax) return bad();
  return spec;
}

std::vector<float> InitialWeights(const MlpSpec& spec, uint64_t seed) {
  std::vector<float> weights(spec.ParameterCount());
  const std::vector<ParameterShape> parameters = spec.Parameters();
  for (size_t p = 0; p < parameters.size(); ++p) {
    const Philox random(seed, p);
    const double bound = 1.0 / std::sqrt(static_cast<double>(parameters[p].fan_in));
    for (int64_t i = 0; i < parameters[p].count; ++i) {
      weights[parameters[p].offset + i] = static_cast<float>((2.0 * random.Uniform(i) - 1.0) * bound);
    }
  }
  return weights;
}

}  // namespace mote::engine
