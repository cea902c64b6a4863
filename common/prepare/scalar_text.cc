#include "common/prepare/scalar_text.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote {

absl::StatusOr<std::string> ScalarText(const Json& value, std::string_view path) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return absl::InvalidArgumentError(absl::StrCat(std::string(path), ": ", value.dump(), " is not a text or number"));
}

absl::StatusOr<std::vector<std::string>> TextList(const Json& list, std::string_view path) {
  if (!list.is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(path), ": ", list.dump(), " is not a list"));
  }
  std::vector<std::string> texts;
  for (size_t i = 0; i < list.size(); ++i) {
    MOTE_ASSIGN_OR_RETURN(std::string text, ScalarText(list[i], absl::StrCat(std::string(path), "[", i, "]")));
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace mote
