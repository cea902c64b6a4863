#include "common/reducers/single.h"

#include <string>

#include "common/json.h"
#include "common/store_bytes.h"

namespace mote {

absl::Status SingleReducer::Validate(std::string_view) const { return absl::OkStatus(); }

absl::Status SingleReducer::Combine(std::string&, std::string_view, BlobSink&) const {
  return absl::InvalidArgumentError(
      "reducer \"single\" takes the result of one task, but the pass has more; use another reducer");
}

absl::StatusOr<Output> SingleReducer::Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const {
  if (partial == nullptr) {
    return absl::InvalidArgumentError("reducer \"single\": the pass's only task has no result; see why it was absent");
  }
  return Output{OutputKind::kDocument, StoreBytes(*partial, blobs), 0, static_cast<int64_t>(partial->size())};
}

ReducerEntry SingleEntry() {
  return {.description = {.name = "single",
                          .summary = "The one task's document",
                          .parameters = {},
                          .bound = "the document's bytes"},
          .user = false,
          .make = [](const Json&) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            return std::make_unique<SingleReducer>();
          }};
}

}  // namespace mote
