"""The example organisation: a shipping company with offices in Sweden and Norway, its people, things and troubles."""

from dataclasses import dataclass

ORGANISATION = "Nordkust Shipping (example)"
DOMAIN = "nordkust.example"
#: The team that answers what is sent to the desk address.
DESK, DESK_ADDRESS = "Servicedesk", f"servicedesk@{DOMAIN}"

#: Site, street address, time zone.
SITES = (
    ("Göteborg", "Skeppsbron 4, 411 21 Göteborg", "Europe/Stockholm"),
    ("Bergen", "Strandgaten 18, 5013 Bergen", "Europe/Oslo"),
    ("Tromsø", "Havnegata 2, 9008 Tromsø", "Europe/Oslo"),
)

#: Name, title, site, language, roles, team.
STAFF = (
    ("Ann Åkesson", "IT-chef", "Göteborg", "sv", ("administrator", "manager"), None),
    ("Ben Öström", "Helpdesktekniker", "Göteborg", "sv", ("first_line",), DESK),
    ("Ingrid Nygård", "Helpdeskmedarbeider", "Bergen", "nb", ("first_line",), DESK),
    ("Cleo Lindgren", "Drifttekniker", "Göteborg", "sv", ("second_line",), "Drift och nät"),
    ("Sverre Haugen", "IKT-tekniker", "Tromsø", "nb", ("second_line",), "Drift och nät"),
    ("Maja Wikström", "Applikationsspecialist", "Göteborg", "sv", ("second_line",), "Applikationer"),
)

#: Name, title, site, language.
EMPLOYEES = (
    ("Dag Berg", "Speditör", "Göteborg", "sv"),
    ("Anna Öberg", "Ekonom", "Göteborg", "sv"),
    ("Knut Bø", "Skipsmegler", "Bergen", "nb"),
    ("Åse Sørensen", "Regnskapsfører", "Bergen", "nb"),
    ("Lars Häggkvist", "Lagerchef", "Göteborg", "sv"),
    ("Kari Fjeld", "Personalsjef", "Bergen", "nb"),
    ("Olof Sjöqvist", "Trafikledare", "Göteborg", "sv"),
    ("Hilde Strømme", "Resepsjonist", "Tromsø", "nb"),
    ("Priya Raman", "Chartering analyst", "Bergen", "en"),
    ("Tom Becker", "Superintendent", "Tromsø", "en"),
    ("Eva Ljungqvist", "Löneadministratör", "Göteborg", "sv"),
    ("Jon Ødegård", "Havnekaptein", "Tromsø", "nb"),
    ("Malin Åström", "Inköpare", "Göteborg", "sv"),
    ("Per Enoksen", "Maskinsjef", "Tromsø", "nb"),
    ("Sofia Nyström", "Kommunikatör", "Göteborg", "sv"),
    ("Gro Hætta", "Kundekonsulent", "Tromsø", "nb"),
)

#: Who leads the example: signs in to look around, and helps out in a team.
LEADER = "Ann Åkesson"

#: Team and its line.
TEAMS = ((DESK, 1), ("Drift och nät", 2), ("Applikationer", 2))

#: The machine that Drifta runs on.
OWN_MACHINE = "drifta-1"
#: Name, kind, address, site, model.
ASSETS = (
    ("app-1", "server", "10.20.0.11", "Göteborg", "Dell PowerEdge R650"),
    ("file-1", "server", "10.20.0.12", "Göteborg", "Dell PowerEdge R550"),
    ("mail-1", "server", "10.20.0.13", "Göteborg", "Virtual machine"),
    ("backup-1", "server", "10.30.0.12", "Bergen", "Synology RS3621"),
    ("fw-gbg", "network", "10.20.0.1", "Göteborg", "FortiGate 100F"),
    ("fw-bgo", "network", "10.30.0.1", "Bergen", "FortiGate 60F"),
    ("sw-tos-1", "network", "10.40.0.2", "Tromsø", "Aruba 2930F"),
    ("pr-2-01", "printer", "10.20.4.21", "Göteborg", "Canon iR C3530"),
    ("pr-bgo-1", "printer", "10.30.4.21", "Bergen", "HP LaserJet M553"),
    ("meet-havet", "room", "10.20.5.10", "Göteborg", "Logitech Rally Bar"),
    ("LT-0231", "computer", "", "Göteborg", "ThinkPad T14"),
    ("LT-0244", "computer", "", "Bergen", "ThinkPad X1"),
    ("LT-0251", "computer", "", "Tromsø", "HP EliteBook 840"),
    (OWN_MACHINE, "server", "127.0.0.1", "Göteborg", "Virtual machine"),
)

#: Service and the assets it stands on.
SERVICES = (
    ("E-mail", ("mail-1",)),
    ("Shipping system", ("app-1",)),
    ("File shares", ("file-1",)),
    ("Printing, Göteborg floor 2", ("pr-2-01",)),
    ("Meeting rooms", ("meet-havet",)),
)

CATEGORIES = ("Printing", "Accounts and passwords", "Network", "E-mail", "Computers", "Programs", "Meeting rooms")


@dataclass(frozen=True)
class Story:
    """One trouble as it goes: what is reported, what is asked and answered, and how it ends."""

    language: str
    kind: str
    category: str
    subject: str
    report: str
    answer: str
    reply: str
    note: str
    resolution: str
    impact: int = 3
    urgency: int = 2
    asset: str = ""


STORIES = (
    Story(
        "sv",
        "incident",
        "Printing",
        "Skrivaren på plan 2 svarar inte",
        "Hej!\n\nSkrivaren utanför lunchrummet tar inte emot utskrifter sedan i morse. Det gäller alla på planet.",
        "Hej! Tack för att du hör av dig. Står det något på skrivarens display, och har någon startat om den?",
        "Det står 'Offline'. Vi har provat att starta om, men det hjälpte inte.",
        "Kön är pausad sedan 09.58 efter ett jobb på 340 sidor.",
        "Kön var pausad av ett jobb som hängt sig. Jobbet togs bort och kön startades igen.",
        2,
        2,
        "pr-2-01",
    ),
    Story(
        "nb",
        "incident",
        "Accounts and passwords",
        "Får ikke logget inn etter ferien",
        "Hei, jeg får beskjed om at kontoen er låst når jeg prøver å logge inn på PC-en. Har møte kl. 10.",
        "Hei! Kontoen din var låst etter fem feil passord. Jeg har åpnet den nå. Kan du prøve igjen?",
        "Nå virker det, tusen takk!",
        "Telefonen hadde fortsatt det gamle passordet lagret for e-post.",
        "Kontoen ble åpnet, og passordet er oppdatert på telefonen.",
        3,
        1,
    ),
    Story(
        "en",
        "request",
        "Programs",
        "Access to the chartering archive",
        "Hi,\n\nI need read access to the chartering archive for 2024 and 2025. My manager Kari Fjeld agrees.",
        "Hi Priya, thanks. I have asked Kari to confirm, and will set it up as soon as she has.",
        "She said she answered you yesterday.",
        "Kari confirmed by mail. Group: archive-read.",
        "Read access was given through the group archive-read. Sign out and in again to see the folder.",
        3,
        3,
    ),
    Story(
        "sv",
        "incident",
        "Network",
        "Långsamt nät på lagret",
        "Handdatorerna på lagret tappar kontakten flera gånger i timmen. Värst vid port 4.",
        "Tack! Vi ser att accesspunkten vid port 4 startar om då och då. Cleo tittar på det i dag.",
        "Bra, säg till om ni behöver att vi flyttar något.",
        "Strömförsörjningen över nätkabeln räcker inte till. Byter port på switchen i första hand.",
        "Accesspunkten fick en ny strömförsörjning. Inga avbrott det senaste dygnet.",
        2,
        2,
        "sw-tos-1",
    ),
    Story(
        "nb",
        "incident",
        "Meeting rooms",
        "Ingen lyd i møterommet Havet",
        "Vi hører ikke de andre når vi ringer fra møterommet. De hører oss.",
        "Hei! Prøv å velge «Rally Bar» som høyttaler i møtet. Jeg kommer forbi om ti minutter.",
        "Det hjalp å velge riktig høyttaler.",
        "Standardhøyttaleren var byttet til skjermen etter siste oppdatering.",
        "Riktig høyttaler er satt som standard, og rommet er testet.",
        3,
        2,
        "meet-havet",
    ),
    Story(
        "sv",
        "request",
        "Computers",
        "Ny dator till Sofia den 1 december",
        "Vi behöver en bärbar dator, dockningsstation och två skärmar till Sofia som börjar hos oss.",
        "Hej! Vi har en ThinkPad T14 i lager och beställer skärmarna i dag. Allt står klart dagen innan.",
        "Toppen!",
        "Skärmar beställda, leverans om fyra dagar.",
        "Datorn är installerad och står på Sofias plats.",
        3,
        3,
        "LT-0231",
    ),
    Story(
        "sv",
        "incident",
        "E-mail",
        "Mejl till kund kommer tillbaka",
        "Alla mejl till vår kund i Rotterdam studsar med 'message rejected'. Fungerade i förra veckan.",
        "Tack, kan du vidarebefordra ett av meddelandena som kommit tillbaka?",
        "Se bifogat. Det är samma text varje gång.",
        "Mottagaren avvisar på grund av fel i vår SPF-post efter flytten av nyhetsbreven.",
        "SPF-posten rättades. Kunden bekräftar att mejlen kommer fram.",
        2,
        1,
        "mail-1",
    ),
    Story(
        "nb",
        "incident",
        "Programs",
        "Regnskapsprogrammet henger ved utskrift av rapport",
        "Når jeg skriver ut hovedboken henger programmet seg, og jeg må avslutte det.",
        "Hei Åse, skjer det med alle rapporter eller bare hovedboken?",
        "Bare hovedboken, og bare når jeg velger hele året.",
        "Kjent feil i versjon 8.2, rettet i 8.2.1.",
        "Programmet er oppdatert til 8.2.1 på alle maskiner i økonomiavdelingen.",
        3,
        2,
    ),
    Story(
        "en",
        "incident",
        "Network",
        "VPN drops on board",
        "The VPN disconnects every few minutes when we use the satellite link. Mail works, file shares do not.",
        "Hi Tom, thanks. Could you tell me which VPN profile you use, and whether it also happens in port?",
        "Profile 'Vessel'. In port it is fine.",
        "Keep-alive is 10 s, satellite round trip has peaks above that.",
        "The profile for vessels now allows longer pauses. Stable for 48 hours on the satellite link.",
        3,
        2,
        "fw-bgo",
    ),
    Story(
        "sv",
        "request",
        "Accounts and passwords",
        "Behörighet till löneprogrammet",
        "Hej, jag ska vikariera för Eva i juli och behöver komma åt löneprogrammet.",
        "Hej! Vi behöver ett godkännande från Kari. Jag har skickat frågan till henne.",
        "Kari säger att det är okej.",
        "Godkänt av Kari 14.20. Tidsbegränsat till sista juli.",
        "Behörigheten är upplagd och tas bort automatiskt den 31 juli.",
        3,
        3,
    ),
    Story(
        "nb",
        "incident",
        "Printing",
        "Skriveren i Bergen tar ikke A3",
        "Tegningene kommer ut på A4 selv om jeg velger A3.",
        "Hei! Kan du sjekke om skuff 2 er stilt inn på A3?",
        "Den sto på 'Auto'. Nå virker det.",
        "Skuff 2 satt fast til A3 i skriveroppsettet også.",
        "Skuffen er stilt inn på A3.",
        3,
        3,
        "pr-bgo-1",
    ),
    Story(
        "sv",
        "incident",
        "Computers",
        "Datorn startar inte efter uppdatering",
        "Skärmen är svart med en snurrande ring sedan i går kväll.",
        "Hej Lars! Håll strömknappen inne i 15 sekunder, vänta en halv minut och starta igen. Vad händer?",
        "Nu startade den, men väldigt långsamt.",
        "Disken har omplacerade sektorer enligt SMART. Byts på garanti.",
        "Disken byttes och datorn installerades om. Alla filer låg på servern.",
        3,
        1,
        "LT-0231",
    ),
    Story(
        "en",
        "request",
        "E-mail",
        "Shared mailbox for the Tromsø agents",
        "Could we have a shared mailbox agents.tromso for the three of us?",
        "Of course. Who should be able to send from it?",
        "Hilde, Gro and me.",
        "Mailbox created, rights set, waiting for the address list to update.",
        "The mailbox is ready and shows up in Outlook within an hour.",
        3,
        3,
        "mail-1",
    ),
    Story(
        "nb",
        "incident",
        "Network",
        "Ikke nett på kontoret i Tromsø",
        "Hele kontoret er uten nett siden ti over åtte. Telefonene er også nede.",
        "Vi ser det samme og har meldt fra til leverandøren. Vi ringer deg så snart vi vet mer.",
        "Takk, vi bruker mobilene så lenge.",
        "Fiberbrudd i Grønnegata, leverandørens sak 55-20917.",
        "Leverandøren har reparert fiberen. Alt er oppe siden 11:42.",
        1,
        1,
        "sw-tos-1",
    ),
)


@dataclass(frozen=True)
class Errand:
    """Something of today: asked so many minutes ago, and how far it has come with the one who leads the example."""

    minutes: int
    asking: str
    category: str
    subject: str
    report: str
    urgency: int = 2
    answer: str = ""
    reply: str = ""
    waits_for: str = ""


TODAY = (
    Errand(
        6,
        "Eva Ljungqvist",
        "Programs",
        "Kan inte öppna lönespecifikationerna",
        "Hej! Löneprogrammet säger att filen är låst av en annan användare, men jag är ensam här. Utbetalningen ska "
        "vara inskickad klockan tre.",
        urgency=1,
    ),
    Errand(
        21,
        "Jon Ødegård",
        "Printing",
        "PC-en finner ikke skriveren på kaikontoret",
        "Etter at vi byttet plass finner jeg bare skriverne i Bergen. Papirene til skipet som går i kveld må ut.",
    ),
    Errand(
        48,
        "Priya Raman",
        "Meeting rooms",
        "Second screen stays black in Havet",
        "The left screen works, the right one shows no signal, with my laptop and with Tom's.",
        urgency=3,
    ),
    Errand(
        95,
        "Malin Åström",
        "Accounts and passwords",
        "Ny telefon: inloggning med engångskoder fungerar inte",
        "Jag har fått en ny telefon och lämnat tillbaka den gamla. Nu frågar inloggningen efter en kod jag inte får.",
        answer="Hej Malin! Jag har tagit bort den gamla telefonen från kontot. Logga in igen, så visas en ny QR-kod.",
        reply="Tack! QR-koden kommer, men appen säger att klockan går fel.",
    ),
    Errand(
        140,
        "Kari Fjeld",
        "Accounts and passwords",
        "Tilgang til personalmappen for vikaren",
        "Vikaren min begynner i morgen og trenger å lese personalmappen, men ikke lønn.",
        urgency=3,
        answer="Hei Kari! Det ordner vi. Jeg trenger et ja fra databehandlingsansvarlig først, og har spurt.",
        waits_for="Svar fra databehandlingsansvarlig",
    ),
)
