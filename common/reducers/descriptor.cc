#include "common/reducers/descriptor.h"

#include <memory>
#include <string>

#include "common/json.h"
#include "common/reducers/single.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"

namespace mote {
namespace {

class DescriptorReducer final : public SingleReducer {
 public:
  absl::Status Validate(std::string_view partial) const override { return Dataset::Decode(partial).status(); }
  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const override {
    if (partial == nullptr) return absl::InvalidArgumentError("descriptor: the pass's only task has no result");
    MOTE_ASSIGN_OR_RETURN(const Dataset dataset, Dataset::Decode(*partial));
    return DatasetOutput(dataset, blobs);
  }
};

}  // namespace

ReducerEntry DescriptorEntry() {
  return {.description = {.name = "descriptor",
                          .summary = "Where the rows of a table lie, as the one task found them",
                          .parameters = {},
                          .bound = "the descriptor's bytes"},
          .user = false,
          .make = [](const Json&) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            return std::make_unique<DescriptorReducer>();
          }};
}

}  // namespace mote
