using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Status;

/// <summary>
/// The members of one line, found in one walk. Members that are not known are left out, so that mcp-init may be newer than the one that
/// asks. A member of another kind than expected counts as missing, and <see cref="IsBroken"/> says so.
/// </summary>
internal sealed class RowReader
{
    private readonly Dictionary<string, string> _members = new(StringComparer.Ordinal);

    public RowReader(ReadOnlySpan<byte> line)
    {
        var json = new JsonScanner(line);
        IsBroken = !json.TryEnter();
        for (var isFirst = true; !IsBroken && json.TryMember(isFirst, out var name, out var value, out var isBroken); isFirst = false)
        {
            IsBroken |= isBroken;
            _members[Encoding.UTF8.GetString(name)] = Encoding.UTF8.GetString(value);
        }
        IsBroken |= !json.IsAtEnd();
    }

    /// <summary>The line is no JSON object, or one of the members that were asked for is not as it should be.</summary>
    public bool IsBroken { get; private set; }

    public string Text(string name) => OptionalText(name) ?? Broken("");

    public string? OptionalText(string name) => Find(name) is not { } value ? null
        : value is ['"', .., '"'] && JsonStrings.TryDecode(Encoding.UTF8.GetBytes(value[1..^1]), out var text) ? text
        : Broken((string?)null);

    public long Number(string name) => OptionalNumber(name) ?? 0;

    public long? OptionalNumber(string name) => Find(name) is not { } value ? null
        : long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : Broken((long?)null);

    public int? OptionalPid(string name) => OptionalNumber(name) is { } pid ? (int)Math.Clamp(pid, 0, int.MaxValue) : null;

    public double? OptionalCores(string name) => Find(name) is not { } value ? null
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var cores) ? cores : Broken((double?)null);

    public bool Flag(string name) => Find(name) == "true";

    public TimeSpan Time(string name) => OptionalTime(name) ?? TimeSpan.Zero;

    public TimeSpan? OptionalTime(string name) => OptionalNumber(name) is { } milliseconds
        ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, (long)TimeSpan.MaxValue.TotalMilliseconds / 2)) : null;

    /// <summary>The place of a word in its list; that of the last one if the word is not known.</summary>
    public int Word(string name, string[] words)
    {
        var at = Array.IndexOf(words, Text(name));
        return at >= 0 ? at : Broken(words.Length - 1);
    }

    public ImmutableArray<string> Names(string name)
    {
        if (Find(name) is not { } value)
            return [];
        var names = ImmutableArray.CreateBuilder<string>();
        var json = new JsonScanner(Encoding.UTF8.GetBytes(value));
        var isBroken = !json.TryEnterArray();
        for (var isFirst = true; !isBroken && json.TryElement(isFirst, out var element, out isBroken); isFirst = false)
        {
            isBroken = element is not [(byte)'"', .., (byte)'"'] || !JsonStrings.TryDecode(element[1..^1], out var text) ||
                Add(names, text);
        }
        return isBroken ? Broken(ImmutableArray<string>.Empty) : names.DrainToImmutable();

        static bool Add(ImmutableArray<string>.Builder to, string text)
        {
            to.Add(text);
            return false;
        }
    }

    private string? Find(string name) => _members.TryGetValue(name, out var value) && value != "null" ? value : null;

    private T Broken<T>(T otherwise)
    {
        IsBroken = true;
        return otherwise;
    }
}
