#include "coordinator/plan/index_planner.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

OperationDescription DescribeIndex() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "index";
  description.summary = "Finds the rows of an input file (planned for every input; a job file does not name it)";
  description.parameters = {
      {.name = "format", .kind = Kind::kText, .default_value = "", .summary = "csv, jsonl or text"},
      {.name = "artifact", .kind = Kind::kText, .default_value = "", .summary = "the file's bytes"},
      {.name = "path", .kind = Kind::kText, .default_value = "", .summary = "the file as the user named it"},
      {.name = "delimiter", .kind = Kind::kText, .default_value = "\",\"", .summary = "between the cells of a CSV row"},
      {.name = "chunk_bytes",
       .kind = Kind::kInteger,
       .default_value = "1048576",
       .summary = "text of one task, bytes"}};
  description.outputs = {"result"};
  description.task_shape = "1 MiB of text";
  description.takes_input = false;
  return description;
}

absl::Status CheckDelimiter(const std::string& delimiter) {
  const bool separates = delimiter.size() == 1 && std::string("\"\n\r").find(delimiter[0]) == std::string::npos &&
                         delimiter[0] != '\0' && static_cast<unsigned char>(delimiter[0]) < 0x80;
  if (separates) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("delimiter: ", Json(delimiter).dump(-1, ' ', false, Json::error_handler_t::replace),
                   " is not one ASCII character other than a quote or a line end; set it to \",\", \";\" or a tab"));
}

class IndexPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    const Params params(parameters);
    const std::string format = params.Text("format");
    if (format != "csv" && format != "jsonl" && format != "text") {
      return absl::InvalidArgumentError(absl::StrCat("format: \"", format, "\" is not csv, jsonl or text"));
    }
    MOTE_RETURN_IF_ERROR(CheckDelimiter(params.Text("delimiter")));
    if (params.Integer("chunk_bytes") < 1) {
      return absl::InvalidArgumentError(absl::StrCat("chunk_bytes: ", params.Integer("chunk_bytes"), " is below 1"));
    }
    return ArtifactRef::Parse(params.Text("artifact")).status();
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    const Params params(context.parameters);
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef file, ArtifactRef::Parse(params.Text("artifact")));
    const std::string name = params.Text("path");
    if (file.bytes == 0) {
      return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is empty; give a file with rows"));
    }
    const int64_t chunk_bytes = context.tasks.bytes > 0 ? context.tasks.bytes : params.Integer("chunk_bytes");
    Json parameters = context.parameters;
    parameters["chunk_bytes"] = chunk_bytes;
    PassSpec pass;
    pass.kernel = description_.name;
    pass.parameters = parameters.dump();
    pass.task_count = file.bytes / chunk_bytes + (file.bytes % chunk_bytes != 0);
    pass.reducer = "text_index";
    pass.reducer_parameters = Json{{"format", params.Text("format")},
                                   {"name", name},
                                   {"artifact", params.Text("artifact")},
                                   {"delimiter", params.Text("delimiter")}}
                                  .dump();
    pass.inputs.emplace("source", Value{"", file});
    pass.label = "find rows";
    return RunOnce(std::move(pass));
  }

 private:
  const OperationDescription description_ = DescribeIndex();
};

}  // namespace

std::unique_ptr<Planner> MakeIndexPlanner() { return std::make_unique<IndexPlanner>(); }

}  // namespace mote::coordinator
