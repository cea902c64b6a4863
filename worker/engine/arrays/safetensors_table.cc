// Tensors of a safetensors file as columns of a table.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "worker/engine/arrays/array_table.h"
#include "worker/engine/safetensors.h"

namespace mote::engine {
namespace {

constexpr size_t kTensorsNamedMax = 8;  // in a message

absl::Status WrongTensors(const std::string& what) { return absl::InvalidArgumentError(what); }

std::optional<ElementType> TypeOfTensor(const std::string& dtype) {
  static constexpr std::pair<std::string_view, ElementType> kKnown[] = {
      {"BOOL", ElementType::kU8}, {"U8", ElementType::kU8},     {"I8", ElementType::kI8},   {"I16", ElementType::kI16},
      {"U16", ElementType::kU16}, {"I32", ElementType::kI32},   {"U32", ElementType::kU32}, {"I64", ElementType::kI64},
      {"F16", ElementType::kF16}, {"BF16", ElementType::kBF16}, {"F32", ElementType::kF32}, {"F64", ElementType::kF64}};
  for (const auto& [name, type] : kKnown) {
    if (dtype == name) return type;
  }
  return std::nullopt;
}

// "a F32 [3, 4], b F32 [3]": at most kTensorsNamedMax of them.
std::string ListTensors(const std::vector<const TensorEntry*>& tensors) {
  std::string list;
  for (size_t i = 0; i < tensors.size() && i < kTensorsNamedMax; ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ", tensors[i]->ToString());
  }
  if (tensors.size() > kTensorsNamedMax) absl::StrAppend(&list, " and ", tensors.size() - kTensorsNamedMax, " more");
  return list;
}

absl::StatusOr<std::vector<const TensorEntry*>> ChooseTensors(const SafetensorsHeader& header,
                                                              const std::vector<std::string>& names) {
  std::vector<const TensorEntry*> chosen;
  if (names.empty()) {
    for (const TensorEntry& tensor : header.tensors()) chosen.push_back(&tensor);
    if (chosen.empty()) return WrongTensors("has no tensor; save one with a row for each first index");
    return chosen;
  }
  std::vector<std::string> known;
  for (const TensorEntry& tensor : header.tensors()) known.push_back(tensor.name);
  for (const std::string& name : names) {
    chosen.push_back(header.Find(name));
    if (chosen.back() != nullptr) continue;
    return WrongTensors(absl::StrCat("has no tensor \"", name, "\", which `tensors` names", DidYouMean(name, known)));
  }
  return chosen;
}

// All of them have a first dimension, and it is the same.
absl::Status CheckSameRows(const std::vector<const TensorEntry*>& tensors) {
  const auto rows = [](const TensorEntry* tensor) { return tensor->shape.empty() ? -1 : tensor->shape[0]; };
  const int64_t first = rows(tensors.front());
  if (std::all_of(tensors.begin(), tensors.end(), [&](const TensorEntry* t) { return rows(t) == first; })) {
    return absl::OkStatus();
  }
  // The first, and those that differ from it.
  std::vector<const TensorEntry*> named = {tensors.front()};
  std::copy_if(tensors.begin(), tensors.end(), std::back_inserter(named),
               [&](const TensorEntry* tensor) { return rows(tensor) != first; });
  return WrongTensors(absl::StrCat("has tensors of different first dimensions, where each row is one index of it: ",
                                   ListTensors(named), "; choose columns with tensors: [NAME, …]"));
}

absl::Status AddTensor(const TensorEntry& tensor, int64_t data_offset, ArrayTable* table) {
  const std::optional<ElementType> type = TypeOfTensor(tensor.dtype);
  if (!type) {
    return WrongTensors(absl::StrCat("has the tensor ", tensor.ToString(),
                                     ", whose type no column has; choose others with tensors: [NAME, …]"));
  }
  MOTE_ASSIGN_OR_RETURN(ArrayTable column,
                        TableOfArray(tensor.name, tensor.shape, ArrayColumn{data_offset + tensor.begin, *type, false}));
  table->rows = column.rows;
  table->schema.columns.push_back(std::move(column.schema.columns[0]));
  table->arrays.push_back(column.arrays[0]);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ArrayTable> ReadSafetensorsTable(std::string_view start, int64_t file_bytes,
                                                const std::vector<std::string>& tensors) {
  const absl::StatusOr<int64_t> header_bytes = SafetensorsHeader::Bytes(start, file_bytes);
  if (!header_bytes.ok()) return WrongTensors(absl::StrCat("is ", header_bytes.status().message()));
  if (*header_bytes > kArrayHeaderBytesMax) {
    return WrongTensors(absl::StrCat("has a header of ", *header_bytes, " bytes; ", kArrayHeaderBytesMax,
                                     " are read: put its tensors into several files"));
  }
  const absl::StatusOr<SafetensorsHeader> header = SafetensorsHeader::Parse(start, file_bytes);
  if (!header.ok()) return WrongTensors(absl::StrCat("is ", header.status().message()));
  std::vector<const TensorEntry*> chosen;
  MOTE_ASSIGN_OR_RETURN(chosen, ChooseTensors(*header, tensors));
  MOTE_RETURN_IF_ERROR(CheckSameRows(chosen));
  ArrayTable table;
  int64_t width = 0;
  for (const TensorEntry* tensor : chosen) {
    MOTE_RETURN_IF_ERROR(AddTensor(*tensor, header->data_offset(), &table));
    width += table.schema.columns.back().width;
    if (width <= kArrayWidthMax) continue;
    return WrongTensors(absl::StrCat("has rows of more than ", kArrayWidthMax,
                                     " numbers in all; choose columns with tensors: [NAME, …]"));
  }
  return table;
}

}  // namespace mote::engine
