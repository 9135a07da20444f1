namespace MetaMcp.Init.Core.Effects;

/// <summary>The service or server that a notice is about.</summary>
internal static class Subjects
{
    private const string Separator = ": ";

    /// <summary>Null for mcp-init itself.</summary>
    public static string? Of(Notice notice) => notice["Server"] as string ?? notice.Service;

    /// <summary>The text of the notice without the subject in front, which has a column of its own.</summary>
    public static string Without(string text, string? subject) =>
        subject is not null && text.StartsWith(subject + Separator, StringComparison.Ordinal)
            ? text[(subject.Length + Separator.Length)..] : text;

    /// <summary><c>memory@12</c> is an instance of <c>memory</c>; <c>@scope/name</c> is a type.</summary>
    public static string TypeOf(string subject)
    {
        var at = subject.LastIndexOf('@');
        return at > 0 && at + 1 < subject.Length && !subject.AsSpan(at + 1).ContainsAnyExceptInRange('0', '9') ? subject[..at] : subject;
    }
}
