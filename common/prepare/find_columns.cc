#include "common/prepare/find_columns.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/prepare/invalid.h"
#include "common/suggest.h"

namespace mote {

absl::StatusOr<std::vector<size_t>> FindColumns(const Schema& schema, const std::vector<std::string>& names,
                                                std::string_view parameter, std::string_view table) {
  std::vector<size_t> places;
  for (const std::string& name : names) {
    const std::optional<size_t> found = schema.Find(name);
    if (found.has_value()) {
      places.push_back(*found);
      continue;
    }
    std::vector<std::string> known;
    for (const Column& column : schema.columns) known.push_back(column.name);
    return Invalid(absl::StrCat(std::string(parameter), ": ", std::string(table), " has no column \"", name, "\"",
                                DidYouMean(name, known), "; it has ", schema.ToString().substr(0, 300)));
  }
  return places;
}

}  // namespace mote
