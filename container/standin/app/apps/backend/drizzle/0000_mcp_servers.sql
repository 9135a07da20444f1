CREATE TABLE "mcp_servers" (
	"name" text PRIMARY KEY NOT NULL,
	"command" text NOT NULL,
	"args" text[] DEFAULT '{}' NOT NULL
);
--> statement-breakpoint
INSERT INTO "mcp_servers" ("name", "command", "args") VALUES
	('memory', 'node', '{node_modules/@modelcontextprotocol/server-memory/dist/index.js}');
