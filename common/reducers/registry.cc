// The table of reducers. A new one is a file pair that exports its ReducerEntry,
// and a line below.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/reducer.h"
#include "common/reducers/class_counts.h"
#include "common/reducers/classification_report.h"
#include "common/reducers/concat.h"
#include "common/reducers/count.h"
#include "common/reducers/descriptor.h"
#include "common/reducers/gradient_sum.h"
#include "common/reducers/histogram_sum.h"
#include "common/reducers/mean.h"
#include "common/reducers/min_max.h"
#include "common/reducers/profile.h"
#include "common/reducers/reducer_entry.h"
#include "common/reducers/single.h"
#include "common/reducers/splits.h"
#include "common/reducers/sum.h"
#include "common/reducers/text_index.h"
#include "common/reducers/validation.h"
#include "common/reducers/value_sketch.h"
#include "common/reducers/vote.h"
#include "common/status_macros.h"
#include "common/suggest.h"

namespace mote {
namespace {

// In alphabetical order.
const std::vector<ReducerEntry>& Entries() {
  static const auto* const entries = new std::vector<ReducerEntry>{
      // clang-format off: one line each
      ClassCountsEntry(),  ClassificationReportEntry(),
      ConcatEntry(),       CountEntry(),
      DescriptorEntry(),   GradientSumEntry(),
      HistogramSumEntry(), MaxEntry(),
      MeanEntry(),         MinEntry(),
      ProfileEntry(),      SingleEntry(),
      SplitsEntry(),       StateSumEntry(),
      SumEntry(),          TextIndexEntry(),
      ValidationEntry(),   ValueSketchEntry(),
      VoteEntry(),         WeightedMeanEntry(),
      // clang-format on
  };
  return *entries;
}

absl::Status UnknownReducer(std::string_view name) {
  std::vector<std::string> known;
  for (const ReducerDescription& reducer : UserReducers()) known.push_back(reducer.name);
  return absl::NotFoundError(absl::StrCat("there is no reducer \"", std::string(name), "\"", DidYouMean(name, known)));
}

// The entry of that name, with *parameters checked and completed.
absl::StatusOr<const ReducerEntry*> FindEntry(std::string_view name, Json* parameters) {
  for (const ReducerEntry& entry : Entries()) {
    if (entry.description.name != name) continue;
    const absl::Status checked = ToStatus(CheckParameters(entry.description.parameters, parameters));
    if (checked.ok()) return &entry;
    return absl::InvalidArgumentError(absl::StrCat("reducer \"", entry.description.name, "\": ", checked.message()));
  }
  return UnknownReducer(name);
}

}  // namespace

const std::vector<ReducerDescription>& UserReducers() {
  static const auto* const descriptions = [] {
    auto* all = new std::vector<ReducerDescription>;
    for (const ReducerEntry& entry : Entries()) {
      if (entry.user) all->push_back(entry.description);
    }
    return all;
  }();
  return *descriptions;
}

absl::StatusOr<std::unique_ptr<Reducer>> MakeReducer(std::string_view name, const Json& parameters) {
  Json checked = parameters;
  MOTE_ASSIGN_OR_RETURN(const ReducerEntry* entry, FindEntry(name, &checked));
  if (entry->make != nullptr) return entry->make(checked);
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, entry->make_rows(checked));
  return std::unique_ptr<Reducer>(std::move(reducer));
}

absl::StatusOr<std::unique_ptr<RowReducer>> MakeRowReducer(std::string_view name, const Json& parameters) {
  Json checked = parameters;
  MOTE_ASSIGN_OR_RETURN(const ReducerEntry* entry, FindEntry(name, &checked));
  if (entry->make_rows != nullptr) return entry->make_rows(checked);
  return absl::InvalidArgumentError(absl::StrCat("reducer \"", std::string(name), "\" does not take rows"));
}

}  // namespace mote
