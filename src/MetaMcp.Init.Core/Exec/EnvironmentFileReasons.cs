namespace MetaMcp.Init.Core.Exec;

/// <summary>
/// The messages for lines that Compose and systemd would not read alike; short, since each stands with a path in one record.
/// </summary>
internal static class EnvironmentFileReasons
{
    public const string NoEquals = "no \"=\"; each line is KEY=VALUE, empty, or a comment that begins with #";
    public const string Name = "a name is letters, digits and _, and begins with no digit";
    public const string Export = "this is no shell script; leave \"export\" out";
    public const string Semicolon = "a comment begins with #";
    public const string Nul = "there is a NUL character in it; save the file as UTF-8 text";
    public const string CarriageReturn = "there is a carriage return in the value; end the lines with a newline alone";
    public const string Dollar = "nothing is expanded here, as Compose would; for a plain $ put the value in 'single quotes'";
    public const string Backslash =
        "a backslash outside of quotes is read differently by Compose and systemd; put the value in 'single quotes'";
    public const string Comment =
        "a comment behind a value is part of it to systemd; give it a line of its own, or put the value in quotes";
    public const string BehindQuotes = "something stands behind the closing quote; a comment takes a line of its own";
    public const string Escape =
        "after a backslash in double quotes stands \", \\ or $; for anything else put the value in 'single quotes'";
    public const string EscapedSingle = "\\' does not mean the same to Compose and systemd; put the value in \"double quotes\"";
    public const string NotClosed = "the quote that opens the value is not closed";
}
