// The pieces of one line of an ARFF file, header and rows alike
// (https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mote {

// What separates the values of a line, as Weka has it.
inline bool IsArffBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n'); }

struct ArffToken {
  enum class Kind : uint8_t { kEnd, kComma, kOpen, kClose, kValue, kWrong };
  Kind kind = Kind::kEnd;
  bool quoted = false;
  std::string_view text = {};  // kValue: without quotes and escapes; kWrong: what is wrong and what to do
};

// A value is a word without blanks, commas, braces, quotes and %, or stands in quotes (' or
// "), where a backslash takes the special meaning from the sign behind it and \n, \r and \t
// are the usual ones. A % outside of a value begins a comment, up to the end of the line.
// Where readers of ARFF disagree (a quote or % within a word, text behind a closing quote,
// other escapes) the token is wrong.
//
// Not thread-safe.
class ArffLine {
 public:
  // `line` is without its newline. Values with escapes are written into `*unescaped`, which
  // is emptied first; the views of tokens are valid while both are left alone.
  ArffLine(std::string_view line, std::string* unescaped);

  // The next token; the end, or what is wrong, again and again. The reference is to the same
  // object each time, which the next call changes.
  const ArffToken& Next();
  const ArffToken& token() const { return token_; }  // that Next gave last

 private:
  void Sign(ArffToken::Kind kind);
  void Word();
  void Quoted();
  void Unescape(std::string_view raw);
  void Wrong(std::string_view message);

  std::string_view line_;
  std::string* unescaped_;
  size_t at_ = 0;
  ArffToken token_;
};

}  // namespace mote
