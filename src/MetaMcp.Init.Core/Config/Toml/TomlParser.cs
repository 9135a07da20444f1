using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace MetaMcp.Init.Core.Config.Toml;

/// <summary>
/// Text to a tree of <see cref="TomlNode"/>, statement by statement over Tomlyn's lexer.
/// <para>
/// Tomlyn's own syntax tree keeps every space and costs 75 bytes a character, 5 MB of memory for a hundred services, which is all the
/// memory that PID 1 may have; and it aborts the process on 100 KB of brackets. Its lexer takes a tenth of the time and almost no
/// memory, and leaves recovery to us: a statement that makes no sense is reported once, and reading continues at the next line that
/// looks like the beginning of a statement.
/// </para>
/// </summary>
internal sealed class TomlParser
{
    /// <summary>The deepest thing the schema knows is four levels down.</summary>
    private const int MaxDepth = 16;

    private static readonly TomlLexerOptions Options = new() { DecodeScalars = true };

    private readonly string text;
    private readonly Problems problems;
    private readonly TomlTable root;

    /// <summary>The table that keys are added to; a table outside of the tree after a header that could not be parsed.</summary>
    private TomlTable current;

    private TomlLexer lexer;
    private int origin;
    private int originLine;
    private TomlToken token;

    /// <summary>The lexer refused the token, and the problem is already on the list.</summary>
    private bool isRefused;

    private TomlParser(string text, Problems problems)
    {
        this.text = text;
        this.problems = problems;
        root = new TomlTable(new SourcePosition(problems.File, 1, 1)) { Origin = TableOrigin.Header };
        current = root;
        lexer = TomlLexer.Create(text, Options, problems.File);
    }

    public static TomlTable Parse(string text, Problems problems)
    {
        var parser = new TomlParser(text, problems);
        parser.Run();
        return parser.root;
    }

    private SourcePosition Here => new(problems.File, originLine + token.Start.Line + 1, token.Start.Column + 1);

    private void Run()
    {
        Next(TomlLexerMode.Key);
        while (token.Kind != TokenKind.Eof && !problems.IsFull)
        {
            var start = token.Start;
            // A refused token is none of the kinds a statement begins with, so it fails at once.
            if (!Statement())
                ContinueAfter(origin + start.Offset, originLine + start.Line);
        }
    }

    private bool Statement()
    {
        switch (token.Kind)
        {
            case TokenKind.NewLine:
                Next(TomlLexerMode.Key);
                return true;
            case TokenKind.OpenBracket or TokenKind.OpenBracketDouble:
                current = new TomlTable(Here);
                return Header();
            default:
                return KeyValue(current, TomlLexerMode.Key, depth: 1) && EndOfLine();
        }
    }

    private bool Header()
    {
        var at = Here;
        var isList = token.Kind == TokenKind.OpenBracketDouble;
        Next(TomlLexerMode.Key);
        if (Path() is not { } path)
            return false;
        if (token.Kind != (isList ? TokenKind.CloseBracketDouble : TokenKind.CloseBracket))
            return Fail("the name of a table ends with \"]\"");
        Next(TomlLexerMode.Key);
        if (!EndOfLine())
            return false;
        if (isList)
            problems.Error(at, "no table here is a list: write it with single brackets, [service.NAME] once for each service");
        else
            current = TableBuilder.Open(root, path, problems) ?? current;
        return true;
    }

    /// <summary>key = value, in a table or between braces.</summary>
    private bool KeyValue(TomlTable table, TomlLexerMode after, int depth)
    {
        if (Path() is not { } path)
            return false;
        if (token.Kind != TokenKind.Equal)
            return Fail("\"=\" and a value should follow the key");
        Next(TomlLexerMode.Value);
        if (Value(after, depth) is not { } value)
            return false;
        TableBuilder.Assign(table, path, value, problems);
        return true;
    }

    private bool EndOfLine()
    {
        if (token.Kind == TokenKind.Eof)
            return true;
        if (token.Kind != TokenKind.NewLine)
            return Fail("the line should end here");
        Next(TomlLexerMode.Key);
        return true;
    }

    private List<TomlKey>? Path()
    {
        List<TomlKey> path = [];
        while (true)
        {
            var name = token.Kind switch
            {
                TokenKind.BasicKey => lexer.GetText(token),
                TokenKind.String or TokenKind.StringLiteral => token.StringValue,
                _ => null,
            };
            if (name is null || path.Count == MaxDepth)
            {
                Fail(name is null
                    ? "a key is expected here: letters, digits, \"_\" and \"-\", or anything in quotes"
                    : "nested too deeply");
                return null;
            }
            path.Add(new TomlKey(name, Here));
            Next(TomlLexerMode.Key);
            if (token.Kind != TokenKind.Dot)
                return path;
            Next(TomlLexerMode.Key);
        }
    }

    private TomlNode? Value(TomlLexerMode after, int depth)
    {
        var at = Here;
        if (depth > MaxDepth)
            return Nothing("nested too deeply");
        TomlNode? value;
        switch (token.Kind)
        {
            case TokenKind.OpenBracket:
                return Array(at, after, depth);
            case TokenKind.OpenBrace:
                return InlineTable(at, after, depth);
            case TokenKind.String or TokenKind.StringMulti or TokenKind.StringLiteral or TokenKind.StringLiteralMulti:
                value = new TomlString(at, token.StringValue ?? "");
                break;
            case TokenKind.Integer or TokenKind.IntegerHexa or TokenKind.IntegerOctal or TokenKind.IntegerBinary:
                value = Integer(at);
                break;
            case TokenKind.Float or TokenKind.Infinite or TokenKind.PositiveInfinite or TokenKind.NegativeInfinite
                or TokenKind.Nan or TokenKind.PositiveNan or TokenKind.NegativeNan:
                value = new TomlFloat(at, BitConverter.UInt64BitsToDouble(token.Data));
                break;
            case TokenKind.True or TokenKind.False:
                value = new TomlBoolean(at, token.Kind == TokenKind.True);
                break;
            case TokenKind.OffsetDateTimeByZ or TokenKind.OffsetDateTimeByNumber or TokenKind.LocalDateTime
                or TokenKind.LocalDate or TokenKind.LocalTime:
                value = new TomlDate(at);
                break;
            default:
                // The text there is not shown: it may be a password without quotes.
                return Nothing("a value is expected here; text stands in quotes");
        }
        if (value is not null)
            Next(after);
        return value;
    }

    private TomlInteger? Integer(SourcePosition at)
    {
        var number = unchecked((long)token.Data);
        // The lexer lets 2^63 to 2^64 - 1 wrap round to negative numbers.
        if (number < 0 && lexer.GetText(token)?.StartsWith('-') != true)
        {
            Fail("the number is too large");
            return null;
        }
        return new TomlInteger(at, number);
    }

    private TomlArray? Array(SourcePosition at, TomlLexerMode after, int depth)
    {
        List<TomlNode> items = [];
        NextInside();
        while (token.Kind != TokenKind.CloseBracket)
        {
            if (token.Kind == TokenKind.Eof)
                return NeverClosed(at, "this array is never closed with \"]\"") as TomlArray;
            if (Value(TomlLexerMode.Value, depth + 1) is not { } item)
                return null;
            items.Add(item);
            SkipNewLines(TomlLexerMode.Value);
            if (token.Kind == TokenKind.Comma)
                NextInside();
            else if (token.Kind is not (TokenKind.CloseBracket or TokenKind.Eof))
                return Nothing($"\",\" or \"]\" is expected here, in the array that begins on line {at.Line}") as TomlArray;
        }
        Next(after);
        return new TomlArray(at, items);

        void NextInside()
        {
            Next(TomlLexerMode.Value);
            SkipNewLines(TomlLexerMode.Value);
        }
    }

    private TomlTable? InlineTable(SourcePosition at, TomlLexerMode after, int depth)
    {
        var table = new TomlTable(at);
        NextInside();
        while (token.Kind != TokenKind.CloseBrace)
        {
            if (token.Kind == TokenKind.Eof)
                return NeverClosed(at, "this table is never closed with \"}\"") as TomlTable;
            if (!KeyValue(table, TomlLexerMode.Key, depth + 1))
                return null;
            SkipNewLines(TomlLexerMode.Key);
            if (token.Kind == TokenKind.Comma)
                NextInside();
            else if (token.Kind is not (TokenKind.CloseBrace or TokenKind.Eof))
                return Nothing($"\",\" or \"}}\" is expected here, in the table that begins on line {at.Line}") as TomlTable;
        }
        TableBuilder.Seal(table);
        Next(after);
        return table;

        void NextInside()
        {
            Next(TomlLexerMode.Key);
            SkipNewLines(TomlLexerMode.Key);
        }
    }

    private void SkipNewLines(TomlLexerMode mode)
    {
        while (token.Kind == TokenKind.NewLine)
            Next(mode);
    }

    private void Next(TomlLexerMode mode)
    {
        lexer.Mode = mode;
        do
        {
            if (!lexer.MoveNext())
                return;
            token = lexer.Current;
            if (lexer.HasErrors)
            {
                Refuse();
                return;
            }
        }
        while (token.Kind is TokenKind.Whitespaces or TokenKind.Comment);
    }

    private void Refuse()
    {
        var error = lexer.Errors.First();
        var at = new SourcePosition(problems.File, originLine + error.Span.Start.Line + 1, error.Span.Start.Column + 1);
        var isOpen = (token.Kind is TokenKind.String or TokenKind.StringLiteral or TokenKind.Invalid) &&
            (error.Message.Contains("newline", StringComparison.Ordinal) ||
             error.Message.Contains("End-Of-File", StringComparison.Ordinal));
        if (isOpen)
            problems.Syntax(Here, "this string is not closed on its line");
        else if (error.Message.Contains('`', StringComparison.Ordinal))
            // Tomlyn quotes the file there, and the text may be a password without quotes.
            problems.Syntax(at, "this is no number and no date");
        else
            problems.Syntax(at, error.Message);
        token = new TomlToken(TokenKind.Invalid, token.Start, token.End, null, 0);
        isRefused = true;
    }

    private bool Fail(string message)
    {
        if (!isRefused)
            problems.Syntax(Here, message);
        return false;
    }

    private TomlNode? Nothing(string message)
    {
        Fail(message);
        return null;
    }

    private TomlNode? NeverClosed(SourcePosition at, string message)
    {
        problems.Syntax(at, message);
        return null;
    }

    private void ContinueAfter(int offset, int line)
    {
        isRefused = false;
        for (var end = text.IndexOf('\n', offset); end >= 0; end = text.IndexOf('\n', end + 1))
        {
            line++;
            if (!StatementLine.Begins(text.AsSpan(end + 1)))
                continue;
            origin = end + 1;
            originLine = line;
            lexer = TomlLexer.Create(text[origin..], Options, problems.File);
            Next(TomlLexerMode.Key);
            return;
        }
        token = new TomlToken(TokenKind.Eof, token.Start, token.End, null, 0);
    }
}
