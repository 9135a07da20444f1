using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.LaunchProtocol;

/// <summary>The members of a grant.</summary>
internal static class GrantText
{
    public static void Write(JsonWriter json, LaunchGrant grant)
    {
        json.WriteString("id", grant.Id);
        json.WriteString("instance", grant.Instance);
        json.WriteString("name", grant.Name);
        if (grant.Hint is { } hint)
            json.WriteString("hint", hint);
        json.WriteString("shim", EnumWords.ShimMode[(int)grant.Shim]);
        json.WriteBoolean("unwrap", grant.Unwrap);
        Write(json, "command", grant.Command);
        Write(json, "exec", grant.Exec);
        json.WriteStartObject("environment");
        foreach (var (name, value) in grant.Environment)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteNumber("idle_ms", (long)(grant.IdleAfter?.TotalMilliseconds ?? 0));
        json.WriteBoolean("starting", grant.IsStarting);
    }

    public static LaunchGrant Read(ref FrameReader reader)
    {
        var idle = reader.Number("idle_ms", 0, long.MaxValue / TimeSpan.TicksPerMillisecond);
        return new LaunchGrant
        {
            Id = reader.Text("id"),
            Instance = reader.Text("instance"),
            Name = reader.Text("name"),
            Hint = reader.OptionalText("hint"),
            Shim = ReadShim(ref reader),
            Unwrap = reader.Boolean("unwrap"),
            Command = reader.Texts("command"),
            Exec = reader.Texts("exec"),
            Environment = reader.Variables("environment"),
            IdleAfter = idle == 0 ? null : TimeSpan.FromMilliseconds(idle),
            IsStarting = reader.Boolean("starting"),
        };
    }

    private static ShimMode ReadShim(ref FrameReader reader)
    {
        var at = EnumWords.ShimMode.IndexOf(reader.Text("shim"));
        if (at < 0)
            reader.Refuse("the kind of shim is not known");
        return (ShimMode)Math.Max(at, 0);
    }

    private static void Write(JsonWriter json, string name, ImmutableArray<string> words)
    {
        json.WriteStartArray(name);
        foreach (var word in words)
            json.WriteStringValue(word);
        json.WriteEndArray();
    }
}
