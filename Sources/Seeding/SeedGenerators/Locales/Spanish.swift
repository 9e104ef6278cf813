extension LocaleData {
  static let es = LocaleData(
    .es, firstNames: SpanishLists.firstNames, lastNames: SpanishLists.lastNames, cities: SpanishLists.cities,
    streets: SpanishLists.streets, regions: SpanishLists.regions, words: SpanishLists.words,
    products: SpanishLists.products, colors: SpanishLists.colors, companies: SpanishLists.companies,
    sentences: SpanishLists.sentences, headings: SpanishLists.headings)
}

/// Spanish names, places of Spain, and words.
enum SpanishLists {
  static let firstNames = """
    María,Antonio,Carmen,José,Ana,Manuel,Isabel,Francisco,Laura,David,Dolores,Juan,Pilar,Javier,Cristina,Daniel,Josefa
    Carlos,Marta,Jesús,Teresa,Alejandro,Lucía,Miguel,Ángeles,Rafael,Elena,Pedro,Rosario,Pablo,Paula,Ángel,Raquel,Sergio
    Sara,Fernando,Mercedes,Jorge,Rosa,Luis,Beatriz,Alberto,Julia,Álvaro,Patricia,Adrián,Irene,Diego,Andrea,Raúl,Rocío
    Iván,Silvia,Enrique,Mónica,Rubén,Alba,Ramón,Nuria,Óscar,Montserrat,Vicente,Encarnación,Andrés,Inmaculada,Joaquín
    Alicia,Santiago,Sonia,Víctor,Yolanda,Mario,Sandra,Eduardo,Marina,Roberto,Susana,Jaime,Margarita,Marcos,Natalia
    Ignacio,Claudia,Hugo,Eva,Alfonso,Inés,Ricardo,Ángela,Salvador,Carla,Guillermo,Sofía,Emilio,Verónica,Gabriel,Noelia
    Julio,Amparo,Gonzalo,Consuelo,Tomás,Lorena,Martín,Gloria,Nicolás,Esther,Samuel,Lidia,Ismael,Celia,Lucas,Daniela
    Mateo,Aurora,Leo,Blanca,Agustín,Olga,Félix,Belén,Esteban,Clara,Fermín,Paloma
    """

  static let lastNames = """
    García,Rodríguez,González,Fernández,López,Martínez,Sánchez,Pérez,Gómez,Martín,Jiménez,Hernández,Ruiz,Díaz,Moreno
    Muñoz,Álvarez,Romero,Gutiérrez,Alonso,Navarro,Torres,Domínguez,Ramos,Vázquez,Ramírez,Gil,Serrano,Morales,Molina
    Blanco,Suárez,Castro,Ortega,Delgado,Ortiz,Marín,Rubio,Núñez,Medina,Sanz,Castillo,Iglesias,Cortés,Garrido,Santos
    Guerrero,Lozano,Cano,Cruz,Méndez,Flores,Prieto,Herrera,Peña,León,Márquez,Cabrera,Gallego,Calvo,Vidal,Campos,Reyes
    Vega,Fuentes,Carrasco,Díez,Aguilar,Caballero,Nieto,Santana,Vargas,Pascual,Giménez,Herrero,Hidalgo,Montero,Lorenzo
    Santiago,Benítez,Durán,Ibáñez,Arias,Mora,Ferrer,Carmona,Vicente,Rojas,Soto,Crespo,Román,Pastor,Velasco,Parra,Sáez
    Moya,Bravo,Rivera,Gallardo,Soler,Silva,Esteban,Pardo,Franco,Rivas,Lara,Merino,Espinosa,Izquierdo,Camacho,Arroyo
    Vera,Mendoza,Casado,Sierra,Luque,Miranda,Beltrán,Galán,Redondo,Montes,Segura,Heredia,Ríos,Carrillo,Marcos,Bernal
    Soriano,Acosta,Contreras,Palacios,Guerra,Robles,Valero,Rueda,Expósito,Varela,Bueno,Villar,Pereira,Mateo,Benito
    Guillén,Macías,Aranda,Menéndez,Bermúdez,Estévez,Salazar,Otero,Cuesta,Escudero,Paredes,Quintana,Trujillo,Zamora
    """

  /// Each with the first digits of its postal codes.
  static let cities = """
    Madrid:28,Barcelona:08,Valencia:46,Sevilla:41,Zaragoza:50,Málaga:29,Murcia:30,Palma:07,Las Palmas:35,Bilbao:48
    Alicante:03,Córdoba:14,Valladolid:47,Vigo:36,Gijón:33,Vitoria:01,La Coruña:15,Elche:03,Granada:18,Tarrasa:08
    Badalona:08,Oviedo:33,Sabadell:08,Cartagena:30,Jerez:11,Móstoles:28,Pamplona:31,Almería:04
    Alcalá de Henares:28,Fuenlabrada:28,Leganés:28,San Sebastián:20,Getafe:28,Burgos:09,Albacete:02,Santander:39
    Castellón:12,Logroño:26,Badajoz:06,Salamanca:37,Huelva:21,Lérida:25,Tarragona:43,León:24,Cádiz:11,Jaén:23
    Orense:32,Gerona:17,Lugo:27,Santiago de Compostela:15,Cáceres:10,Melilla:52,Ceuta:51,Guadalajara:19,Toledo:45
    Pontevedra:36,Palencia:34,Ciudad Real:13,Zamora:49,Ávila:05,Cuenca:16,Segovia:40,Huesca:22,Teruel:44,Soria:42
    Mérida:06,Torrevieja:03,Marbella:29,Reus:43,Ferrol:15,Alcobendas:28,Parla:28,Benidorm:03,Ponferrada:24
    Lorca:30,Gandía:46,Avilés:33,Talavera:45,Linares:23,Motril:18,Ronda:29,Elda:03,Ibiza:07,Mahón:07
    """

  static let streets = """
    Calle Mayor,Calle Real,Calle de la Iglesia,Plaza Mayor,Calle Nueva,Calle del Sol,Avenida de la Constitución
    Calle de la Fuente,Calle San José,Calle del Carmen,Calle Ancha,Calle San Juan,Avenida de España,Calle Cervantes
    Calle de la Cruz,Calle del Río,Calle San Pedro,Calle Goya,Calle del Prado,Calle Velázquez,Paseo de la Castellana
    Calle San Antonio,Calle Larga,Calle Colón,Plaza de España,Calle Alta,Calle del Norte,Calle de las Flores
    Calle Jardines
    Calle del Olmo,Avenida de Andalucía,Calle Santa Ana,Calle del Mar,Calle Lope de Vega,Calle Granada,Calle Toledo
    Calle Sevilla,Calle Quevedo,Ronda de Segovia,Calle Murillo,Calle de la Paz,Calle del Pilar,Calle San Miguel
    Calle del Molino,Avenida del Puerto,Calle Valencia,Calle Aragón,Calle de los Olivos,Paseo Marítimo,Calle Picasso
    Calle Federico García Lorca,Calle Santiago,Calle de la Estación,Calle Rosalía de Castro,Calle Almendro
    Calle Doctor Fleming
    Calle Lepanto,Calle de los Pinos,Calle Laurel,Camino Viejo,Calle Concepción,Calle del Puente
    """

  /// Each with the first digits of its postal codes.
  static let regions = """
    Andalucía:04 11 14 18 21 23 29 41,Aragón:22 44 50,Asturias:33,Baleares:07,Canarias:35 38,Cantabria:39
    Castilla-La Mancha:02 13 16 19 45,Castilla y León:05 09 24 34 37 40 42 47 49,Cataluña:08 17 25 43,Ceuta:51
    Comunidad de Madrid:28,Comunidad Valenciana:03 12 46,Extremadura:06 10,Galicia:15 27 32 36,La Rioja:26
    Melilla:52,Navarra:31,País Vasco:01 20 48,Región de Murcia:30
    """

  static let words = """
    abrigo,acuerdo,agenda,agua,aire,albergue,almacén,ancla,anillo,año,árbol,archivo,arena,armario,arroz,artículo,asiento
    aula,autobús,aviso,ayuda,balcón,banco,bandera,barca,barrio,batería,biblioteca,bicicleta,billete,boca,bolsa,bosque
    botella,botón,brújula,buzón,cable,cabaña,café,caja,cajón,calendario,calle,cama,cámara,camino,camisa,campana,campo
    canal,canción,canto,capítulo,carpeta,carretera,carta,casa,castillo,catálogo,cena,centro,cereza,cerro,cesta,cielo
    cine
    cinta,ciudad,clase,cliente,cocina,código,colina,color,columna,comida,concierto,contrato,copia,correo,corte,costa
    cuaderno,cuadro,cuchara,cuenta,cuerda,dato,decisión,desierto,día,dibujo,dirección,documento,domingo,ejemplo,empresa
    encargo,ensayo,entrada,entrega,escala,escalera,escuela,espejo,estación,estante,estrella,fábrica,factura,familia
    faro,fecha,feria,fiesta,figura,fila,flor,forma,foto,fresa,frontera,fruta,fuente,función,gafas,galería,garaje,grupo
    guante,guía,habitación,harina,hermano,hierba,hoja,hora,hotel,huerto,idea,idioma,imagen,impresora,informe,invierno
    isla,jabón,jardín,jornada,juego,lago,lámpara,lana,lápiz,lección,lengua,letra,libro,limón,línea,lista,luna,llave
    madera,maleta,mañana,mapa,máquina,mar,marco,martillo,mensaje,mercado,mesa,metal,método,miel,modelo,molino,moneda
    montaña,motor,mueble,muestra,museo,música,nave,nieve,nombre,nota,noticia,nube,número,objeto,oficina,otoño,página
    palabra,pan,papel,paquete,pared,parque,pasillo,patio,pedido,película,pera,persona,piedra,piso,plan,planeta,planta
    plato,playa,plaza,precio,pregunta,primavera,problema,producto,proyecto,puente,puerta,puerto,punto,receta,red,región
    regla,reloj,respuesta,reunión,revista,río,rueda,ruta,sala,semana,señal,silla,sitio,sombra,sótano,tabla,taller,tarde
    taza,techo,teléfono,tienda,tierra,torre,tren,valle,ventana,verano,viaje,viento,vino,voz,zapato
    """

  static let products = """
    Lámpara de mesa,Silla de oficina,Escritorio elevable,Mochila,Botella,Cafetera,Tostadora,Hervidor,Auriculares,Teclado
    Ratón,Monitor,Altavoz,Cuaderno,Pluma,Cartera,Paraguas,Gafas de sol,Zapatillas,Chaqueta,Jersey,Bufanda,Guantes
    Impermeable,Bicicleta,Casco,Esterilla,Tienda de campaña,Saco de dormir,Hornillo,Linterna,Taladro
    Caja de herramientas,Escalera,Manguera,Maceta,Tabla de cortar,Juego de cuchillos,Sartén,Taza,Cuenco,Manta,Almohada
    Somier,Estantería,Espejo,Reloj de pared,Alfombra
    """

  static let colors = """
    negro,blanco,gris,rojo,verde,azul,amarillo,naranja,morado,rosa,marrón,beige,plata,oro,turquesa,azul marino,oliva
    granate
    """

  static let companies = """
    # S.L.
    # S.A.
    # e Hijos
    # Hermanos
    # Consultores
    # Logística
    # Industrias
    # Servicios
    Grupo #
    Talleres #
    """

  static let sentences = """
    Cada # tiene lo que le falta a cada #.
    Sin # no hay #.
    Después de cada # viene otro caso de #.
    Entre # y # hay poca diferencia.
    Nuestro catálogo incluye #, # y #.
    Con # y # todo es más fácil.
    Aquí «#» significa lo mismo que «#».
    Nadie esperaba encontrar # y # en el mismo lugar.
    Primero se revisa cada #, después cada #.
    De # a # hay un largo camino.
    Por cada # se necesitan #, # y tiempo.
    Donde hay # también hay #.
    El apartado «#» habla de # y de #.
    Más vale # que #.
    Se busca # para #.
    Ni # ni # están de más.
    """

  static let headings = """
    Notas sobre cada #
    De # a #
    Preguntas sobre #
    Elegir entre # y #
    Resumen: #
    Más sobre # y #
    """
}
