// The content of an input as the cluster gets it: its files unpacked and joined.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/inputs/input_files.h"
#include "client/inputs/packed_file.h"
#include "common/arff_header.h"

namespace mote::client {

// Of several files, one that does not end with a line's end is given one before the next, and
// byte order marks are left out. Holds two pieces at most, whatever the files' size.
//
// Not thread-safe.
class InputText {
 public:
  explicit InputText(InputFiles files) : files_(std::move(files)) {}

  // Bytes [i·kBlobBytesMax, (i+1)·kBlobBytesMax): fewer at the end, none beyond it. Pieces
  // are cheap in ascending order; an earlier one reads from the start again.
  //
  //   NotFound, InvalidArgument  as PackedFile; a file of CSV or ARFF whose header is not the
  //                              first one's
  absl::StatusOr<std::string> Piece(size_t i);

 private:
  absl::Status Fill();
  absl::Status OpenNext();
  absl::StatusOr<std::string> ReadStart(size_t size);
  void Append(std::string_view bytes);
  // Of a file that has one: CSV's names, or ARFF's attributes.
  struct Header {
    std::vector<std::string> names;
    std::vector<ArffAttribute> attributes;
    size_t bytes = 0;

    bool SameAs(const Header& other) const { return names == other.names && attributes == other.attributes; }
  };
  // Of the file opened last, which begins with `start`; nullopt: it is empty.
  absl::StatusOr<std::optional<Header>> FindHeader(std::string_view start) const;
  absl::Status TakeHeader(std::string_view start);
  // Of a header that is not `other`: all names, or the first attribute that differs.
  std::string Show(const Header& header, const Header& other) const;
  void Restart();

  const InputFiles files_;
  std::unique_ptr<PackedFile> open_;
  size_t opened_ = 0;      // files so far
  std::string header_of_;  // the file that had the first header; empty: none had one
  Header first_header_;
  size_t next_ = 0;  // the piece that buffer_ begins with
  std::string buffer_;
  char last_ = '\n';  // byte that was put into the buffer
};

}  // namespace mote::client
