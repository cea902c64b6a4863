#include "common/reducers/profile.h"

#include "common/json.h"
#include "common/prepare/table_profile.h"
#include "common/status_macros.h"

namespace mote {
namespace {

class ProfileReducer final : public Reducer {
 public:
  absl::Status Validate(std::string_view partial) const override { return TableProfile::Decode(partial).status(); }

  absl::Status Combine(std::string& left, std::string_view right, BlobSink&) const override {
    MOTE_ASSIGN_OR_RETURN(TableProfile profile, TableProfile::Decode(left));
    MOTE_ASSIGN_OR_RETURN(const TableProfile other, TableProfile::Decode(right));
    MOTE_RETURN_IF_ERROR(profile.Merge(other));
    std::string combined;
    MOTE_RETURN_IF_ERROR(profile.EncodeBounded(&combined));
    left = std::move(combined);
    return absl::OkStatus();
  }

  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink&, BlobSource*) const override {
    if (partial == nullptr) return absl::InvalidArgumentError("profile: no task has a result");
    MOTE_RETURN_IF_ERROR(Validate(*partial));
    return Output{OutputKind::kBlob, Value{*partial, {}}, 0, static_cast<int64_t>(partial->size())};
  }
};

}  // namespace

ReducerEntry ProfileEntry() {
  return {.description = {.name = "profile",
                          .summary = "Statistics of the training rows, column by column",
                          .parameters = {},
                          .bound = "60 KiB"},
          .user = false,
          .make = [](const Json&) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            return std::make_unique<ProfileReducer>();
          }};
}

}  // namespace mote
