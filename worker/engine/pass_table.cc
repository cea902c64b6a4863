#include "worker/engine/pass_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::engine {

void PassTable::Define(uint64_t pass, PassSpec spec) {
  OpenPass& entry = passes_[pass];
  if (entry.spec == spec) return;
  entry = OpenPass{std::move(spec), nullptr, nullptr};
}

void PassTable::Drop(uint64_t pass) { passes_.erase(pass); }

const PassSpec* PassTable::Find(uint64_t pass) const {
  const auto found = passes_.find(pass);
  return found == passes_.end() ? nullptr : &found->second.spec;
}

absl::StatusOr<OpenPass*> PassTable::Open(uint64_t pass, TaskContext& context) {
  const auto found = passes_.find(pass);
  if (found == passes_.end()) return absl::NotFoundError(absl::StrCat("pass ", pass, " was not defined"));
  OpenPass& entry = found->second;
  if (entry.kernel != nullptr) return &entry;
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(entry.spec.reducer_parameters));
  MOTE_ASSIGN_OR_RETURN(entry.reducer, MakeReducer(entry.spec.reducer, parameters));
  MOTE_ASSIGN_OR_RETURN(Kernel* const kernel, library_.Find(entry.spec.kernel));
  MOTE_ASSIGN_OR_RETURN(entry.kernel, kernel->Open(entry.spec, options_, context));
  return &entry;
}

}  // namespace mote::engine
