// `index_arrays`: the one task reads the header of a file of arrays; what it yields is
// the table's descriptor.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/dataset.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/arrays/array_table.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/input_file.h"

namespace mote::engine {
namespace {

class IndexArraysPass final : public PassKernel {
 public:
  IndexArraysPass(InputFile file, std::string format, std::vector<std::string> tensors)
      : file_(std::move(file)), format_(std::move(format)), tensors_(std::move(tensors)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    std::string joined;
    const int64_t bytes = file_.reader.bytes();
    MOTE_ASSIGN_OR_RETURN(const std::string_view start,
                          file_.reader.View(0, std::min(bytes, kArrayHeaderBytesMax), context, &joined));
    absl::StatusOr<ArrayTable> table = ReadHeader(start, bytes);
    if (!table.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", file_.name, "\" ", table.status().message()));
    }
    Dataset dataset;
    dataset.format = DatasetFormat::kArrays;
    dataset.schema = std::move(table->schema);
    dataset.rows = table->rows;
    dataset.arrays = std::move(table->arrays);
    dataset.source = file_.artifact;
    dataset.shared = file_.shared;
    dataset.name = file_.name;
    *partial = dataset.Encode();
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<ArrayTable> ReadHeader(std::string_view start, int64_t bytes) const {
    if (format_ == "safetensors") return ReadSafetensorsTable(start, bytes, tensors_);
    return format_ == "idx" ? ReadIdxHeader(start, bytes) : ReadNpyHeader(start, bytes);
  }

  InputFile file_;
  const std::string format_;
  const std::vector<std::string> tensors_;  // of safetensors: the columns; empty: all
};

class IndexArraysKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(pass, context));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    return std::make_unique<IndexArraysPass>(std::move(file), parameters.at("format").get<std::string>(),
                                             parameters.value("columns", std::vector<std::string>()));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeIndexArraysKernel() { return std::make_unique<IndexArraysKernel>(); }

}  // namespace mote::engine
