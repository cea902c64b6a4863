// The content of an input as the cluster gets it: its files unpacked and joined.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/inputs/input_files.h"
#include "client/inputs/packed_file.h"

namespace mote::client {

// A file that does not end with a line's end is given one before the next. Holds two
// pieces at most, whatever the files' size.
//
// Not thread-safe.
class InputText {
 public:
  explicit InputText(InputFiles files) : files_(std::move(files)) {}

  // Bytes [i·kBlobBytesMax, (i+1)·kBlobBytesMax): fewer at the end, none beyond it. Pieces
  // are cheap in ascending order; an earlier one reads from the start again.
  //
  //   NotFound, InvalidArgument  as PackedFile; a CSV file whose header is not the first one's
  absl::StatusOr<std::string> Piece(size_t i);

 private:
  absl::Status Fill();
  absl::Status OpenNext();
  absl::Status TakeHeader();
  void Restart();

  const InputFiles files_;
  std::unique_ptr<PackedFile> open_;
  size_t opened_ = 0;      // files so far
  std::string header_of_;  // the file that had the first header; empty: none had one
  std::vector<std::string> first_header_;
  size_t next_ = 0;  // the piece that buffer_ begins with
  std::string buffer_;
  char last_ = '\n';  // byte that was put into the buffer
};

}  // namespace mote::client
