// command: a program of the user's, kept alive between rows; one JSON value a line
// in for every row, one a line out.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/child_program.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_json.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

namespace fs = std::filesystem;

// How much of a program's nonsense is repeated in the message.
constexpr size_t kShownBytes = 200;

// The program's working directory; removed with the pass.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(fs::path path) : path_(std::move(path)) {}
  ~ScratchDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
};

absl::StatusOr<std::unique_ptr<ScratchDirectory>> MakeScratch(const std::string& parent) {
  std::string name = (fs::path(parent) / "command-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot make a directory in ", parent, ": ", strerror(errno)));
  }
  return std::make_unique<ScratchDirectory>(name);
}

// Writes a file of the job beside the program. Executable, as it may be the program.
absl::Status Materialise(const Json& file, const fs::path& directory, TaskContext& context) {
  if (!file.is_object() || !file.contains("artifact") || !file.contains("name")) {
    return absl::InvalidArgumentError(absl::StrCat("files: ", file.dump(), " is not {artifact, name}"));
  }
  const std::string name = file["name"].get<std::string>();
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("files: \"", name, "\" is not a plain file name"));
  }
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(file["artifact"].get<std::string>()));
  MOTE_ASSIGN_OR_RETURN(ArtifactReader reader, ArtifactReader::Open(artifact, context));
  std::ofstream out(directory / name, std::ios::binary);
  std::string joined;
  for (int64_t at = 0; at < reader.bytes(); at += kBlobBytesMax) {  // a blob at a time, however large the file is
    const int64_t length = std::min(kBlobBytesMax, reader.bytes() - at);
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, reader.View(at, length, context, &joined));
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  out.close();
  std::error_code error;
  fs::permissions(directory / name, fs::perms::owner_all, error);
  if (!out || error) {
    return absl::UnavailableError(absl::StrCat("cannot write ", (directory / name).string(), "; is the disk full?"));
  }
  return absl::OkStatus();
}

class CommandPass final : public RowPassKernel {
 public:
  CommandPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<RowSource> rows, int64_t rows_per_task,
              std::vector<std::string> run, std::unique_ptr<ScratchDirectory> scratch)
      : RowPassKernel(std::move(reducer)),
        rows_(std::move(rows)),
        rows_per_task_(rows_per_task),
        run_(std::move(run)),
        scratch_(std::move(scratch)) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    auto result = RunProgram(task, context);
    // Its next line might answer a row of this task: the next task starts afresh.
    if (!result.ok()) program_.reset();
    return result;
  }

 private:
  absl::StatusOr<Table> RunProgram(int64_t task, TaskContext& context) {
    const TaskRange range{task * rows_per_task_, std::min(rows_->rows(), (task + 1) * rows_per_task_)};
    MOTE_ASSIGN_OR_RETURN(const Table table, rows_->Read(range, context));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(table.schema, table.rows, table.bytes));
    if (program_ == nullptr) {
      MOTE_ASSIGN_OR_RETURN(program_, ChildProgram::Start(run_, scratch_->path().string()));
    }
    TableBuilder answers(Schema{{{"record", DType::kText, 1}}});
    for (int64_t i = 0; i < table.rows; ++i) {
      MOTE_ASSIGN_OR_RETURN(const std::string answer, Ask(view, i, range.begin + i, context));
      answers.AddText(answer);
    }
    return answers.Take();
  }

  absl::StatusOr<std::string> Ask(const TableView& view, int64_t index, int64_t row, TaskContext& context) {
    MOTE_ASSIGN_OR_RETURN(const std::string line, RowToJson(view, index, row, rows_->dataset().format));
    auto answer = program_->Exchange(line, context);
    if (!answer.ok() && !absl::IsInvalidArgument(answer.status())) return answer;
    if (!answer.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("row ", row, ": ", std::string(answer.status().message())));
    }
    if (!answer->empty() && answer->back() == '\r') answer->pop_back();
    if (nlohmann::json::accept(*answer)) return answer;
    return absl::InvalidArgumentError(absl::StrCat(
        "row ", row, ": the program printed \"", answer->substr(0, kShownBytes),
        "\", which is not JSON; print one JSON value a line and everything else to stderr", program_->StderrTail()));
  }

  const std::unique_ptr<RowSource> rows_;
  const int64_t rows_per_task_;
  const std::vector<std::string> run_;
  const std::unique_ptr<ScratchDirectory> scratch_;  // outlives the program
  std::unique_ptr<ChildProgram> program_;            // nullptr: starts with the next task
};

class CommandKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                   TaskContext& context) override {
    if (!options.allow_commands) {
      return absl::PermissionDeniedError("this worker does not run programs; start it with --allow-commands");
    }
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(pass.parameters));
    const Params parameters(json);
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, OpenRows(pass, "input", context));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<ScratchDirectory> scratch, MakeScratch(options.scratch_dir));
    if (const Json* files = parameters.Find("files"); files != nullptr) {
      for (const Json& file : *files) MOTE_RETURN_IF_ERROR(Materialise(file, scratch->path(), context));
    }
    return std::make_unique<CommandPass>(std::move(reducer), std::move(rows), parameters.Integer("rows_per_task"),
                                         json.at("run").get<std::vector<std::string>>(), std::move(scratch));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeCommandKernel() { return std::make_unique<CommandKernel>(); }

}  // namespace mote::engine
