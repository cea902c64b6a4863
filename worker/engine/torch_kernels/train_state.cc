#include "worker/engine/torch_kernels/train_state.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/safetensors.h"

namespace mote::engine {
namespace {

constexpr char kModelKey[] = "mote.model";
constexpr char kStepKey[] = "mote.step";
constexpr char kFeaturesKey[] = "mote.features";
constexpr char kClassesKey[] = "mote.classes";
constexpr char kSchemaKey[] = "mote.schema";
// Enough for the header of all but enormous models; more is read where needed.
constexpr int64_t kHeaderGuess = 64 << 10;

void Append(const ModelSpec& spec, const std::string& prefix, const std::vector<float>& values,
            std::vector<TensorF32>* tensors) {
  if (values.empty()) return;
  for (const ParameterShape& parameter : spec.Parameters()) {
    tensors->push_back({prefix + parameter.name, parameter.shape, values.data() + parameter.offset});
  }
}

absl::StatusOr<SafetensorsHeader> ReadHeader(ArtifactReader& reader, BlobSource& source) {
  std::string joined;
  const int64_t guess = std::min(reader.bytes(), kHeaderGuess);
  MOTE_ASSIGN_OR_RETURN(std::string_view start, reader.View(0, guess, source, &joined));
  MOTE_ASSIGN_OR_RETURN(const int64_t bytes, SafetensorsHeader::Bytes(start, reader.bytes()));
  if (bytes > guess) {
    MOTE_ASSIGN_OR_RETURN(start, reader.View(0, bytes, source, &joined));
  }
  return SafetensorsHeader::Parse(start, reader.bytes());
}

// All parameters under `prefix`, flat; absent ones are an error.
absl::StatusOr<std::vector<float>> ReadFlat(const SafetensorsHeader& header, const ModelSpec& spec,
                                            const std::string& prefix, ArtifactReader& reader, BlobSource& source) {
  std::vector<float> values(spec.ParameterCount());
  std::string joined;
  for (const ParameterShape& parameter : spec.Parameters()) {
    const TensorEntry* entry = header.Find(prefix + parameter.name);
    if (entry == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("the model has no tensor \"", prefix, parameter.name, "\""));
    }
    if (entry->dtype != "F32" || entry->shape != parameter.shape) {
      const TensorEntry wanted{entry->name, "F32", parameter.shape};
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", entry->ToString(), " does not fit the model, which needs ", wanted.ToString()));
    }
    const int64_t bytes = entry->end - entry->begin;
    MOTE_ASSIGN_OR_RETURN(const std::string_view data,
                          reader.View(header.data_offset() + entry->begin, bytes, source, &joined));
    std::memcpy(values.data() + parameter.offset, data.data(), data.size());
  }
  return values;
}

absl::StatusOr<ModelSpec> SpecOf(const SafetensorsHeader& header) {
  const auto it = header.metadata().find(kModelKey);
  if (it == header.metadata().end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file has no metadata \"", kModelKey, "\": it was not written by train"));
  }
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(it->second));
  return ModelSpec::FromJson(json);
}

// Empty: the file does not name them. InvalidArgument: no list of as many names.
absl::StatusOr<std::vector<std::string>> FeaturesOf(const SafetensorsHeader& header, const ModelSpec& spec) {
  const auto it = header.metadata().find(kFeaturesKey);
  if (it == header.metadata().end()) return std::vector<std::string>();
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(it->second));
  const bool names =
      json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& name) { return name.is_string(); });
  if (names && static_cast<int64_t>(json.size()) == spec.in()) return json.get<std::vector<std::string>>();
  return absl::InvalidArgumentError(
      absl::StrCat("metadata \"", kFeaturesKey, "\" is not a list of the names of ", spec.in(), " features"));
}

}  // namespace

std::vector<std::vector<float>*> TrainState::Averaged(int moments) {
  std::vector<std::vector<float>*> averaged = {&weights, &first, &second};
  averaged.resize(static_cast<size_t>(1 + moments));
  return averaged;
}

std::vector<const std::vector<float>*> TrainState::Averaged(int moments) const {
  std::vector<const std::vector<float>*> averaged = {&weights, &first, &second};
  averaged.resize(static_cast<size_t>(1 + moments));
  return averaged;
}

std::string TrainState::Encode() const {
  std::vector<TensorF32> tensors;
  Append(spec, "", weights, &tensors);
  Append(spec, "m.", first, &tensors);
  Append(spec, "v.", second, &tensors);
  return WriteSafetensors({{kModelKey, spec.ToJson().dump()}, {kStepKey, absl::StrCat(step)}}, tensors);
}

std::string TrainState::EncodeModel(const std::vector<std::string>& feature_names,
                                    const std::vector<std::string>& class_names) const {
  std::vector<TensorF32> tensors;
  Append(spec, "", weights, &tensors);
  std::map<std::string, std::string> metadata{{kModelKey, spec.ToJson().dump()}};
  if (!feature_names.empty()) metadata[kFeaturesKey] = Json(feature_names).dump();
  if (!class_names.empty()) metadata[kClassesKey] = Json(class_names).dump();
  if (!feature_names.empty()) metadata[kSchemaKey] = FeatureDigest(feature_names, class_names);
  return WriteSafetensors(metadata, tensors);
}

absl::StatusOr<TrainState> ReadState(const ArtifactRef& ref, StatePart part, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(ArtifactReader reader, ArtifactReader::Open(ref, source));
  return ReadState(std::move(reader), part, source);
}

absl::StatusOr<TrainState> ReadState(ArtifactReader reader, StatePart part, BlobSource& source) {
  TrainState state;
  MOTE_ASSIGN_OR_RETURN(const SafetensorsHeader header, ReadHeader(reader, source));
  MOTE_ASSIGN_OR_RETURN(state.spec, SpecOf(header));
  MOTE_ASSIGN_OR_RETURN(state.features, FeaturesOf(header, state.spec));
  // Before anything is allocated: a file cannot claim more than it has.
  if (state.spec.ParameterCount() > reader.bytes() / static_cast<int64_t>(sizeof(float))) {
    return absl::InvalidArgumentError(absl::StrCat("a file of ", reader.bytes(), " bytes cannot hold the ",
                                                   state.spec.ParameterCount(), " parameters of its model"));
  }
  MOTE_ASSIGN_OR_RETURN(state.weights, ReadFlat(header, state.spec, "", reader, source));
  if (part == StatePart::kWeights) return state;
  const auto step = header.metadata().find(kStepKey);
  if (step == header.metadata().end() || !absl::SimpleAtoi(step->second, &state.step) || state.step < 0) {
    return absl::InvalidArgumentError(absl::StrCat("the file has no metadata \"", kStepKey, "\": not a state"));
  }
  MOTE_ASSIGN_OR_RETURN(state.first, ReadFlat(header, state.spec, "m.", reader, source));
  MOTE_ASSIGN_OR_RETURN(state.second, ReadFlat(header, state.spec, "v.", reader, source));
  return state;
}

}  // namespace mote::engine
