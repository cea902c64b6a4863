#include "worker/engine/pass_parts.h"

namespace mote::engine {

absl::StatusOr<const Value*> InputOf(const PassSpec& pass, std::string_view name) {
  const auto it = pass.inputs.find(std::string(name));
  if (it != pass.inputs.end()) return &it->second;
  return absl::InvalidArgumentError(absl::StrCat("pass of ", pass.kernel, " has no input ", std::string(name)));
}

absl::StatusOr<std::string> ReadInput(const PassSpec& pass, std::string_view name, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(const Value* const input, InputOf(pass, name));
  return ReadValue(*input, source);
}

absl::StatusOr<std::unique_ptr<RowSource>> OpenRows(const PassSpec& pass, std::string_view name, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(const Value* const input, InputOf(pass, name));
  return RowSource::Open(*input, source);
}

absl::StatusOr<std::unique_ptr<RowReducer>> RowReducerOf(const PassSpec& pass) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.reducer_parameters));
  return MakeRowReducer(pass.reducer, parameters);
}

}  // namespace mote::engine
