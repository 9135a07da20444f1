using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Planning;

/// <summary><c>[serve]</c> in a plan; nothing where the file does not have it.</summary>
internal static class PlanServe
{
    public static void AppendTo(StringBuilder text, ServeSettings serve)
    {
        if (serve.Listen is not { } address)
            return;
        var group = serve.Attributes.Group is { } named ? $":{named}" : "";
        text.Append($"\nSERVE   HTTP on {address}{(address.IsOpen ? ", which other machines may reach" : "")}; as " +
            $"{serve.Attributes.User ?? "nobody"}{group}");
        text.Append(serve.Hosts.IsEmpty ? "\n" : $"; for {string.Join(", ", serve.Hosts)} beside localhost and addresses\n");
    }

    public static void Write(JsonWriter json, ServeSettings serve)
    {
        if (serve.Listen is not { } address)
            return;
        json.WriteStartObject("serve");
        json.WriteString("listen", $"{address}");
        if (serve.Attributes.User is { } user)
            json.WriteString("user", user);
        if (serve.Attributes.Group is { } group)
            json.WriteString("group", group);
        json.WriteStartArray("hosts");
        foreach (var host in serve.Hosts)
            json.WriteStringValue(host);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
