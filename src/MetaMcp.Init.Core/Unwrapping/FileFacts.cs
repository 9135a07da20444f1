namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>
/// Files, asked for one by one, since each answer decides on the next question: the reader of the executable, or a table in a test.
/// What cannot be read is not there: then the command stays as it is.
/// </summary>
public abstract class FileFacts
{
    /// <summary>The content of a small file; null without one.</summary>
    public abstract byte[]? Read(string path);

    /// <summary>Of any kind.</summary>
    public abstract bool Exists(string path);

    /// <summary>A regular file that this process may execute.</summary>
    public abstract bool IsProgram(string path);

    /// <summary>The path without links in it; null without a file.</summary>
    public abstract string? Real(string path);

    /// <summary>The time of the last change, in seconds since 1970; null without a file.</summary>
    public abstract long? ChangedAt(string path);

    /// <summary>The names in a directory; none without it.</summary>
    public abstract IReadOnlyList<string> Names(string directory);
}
